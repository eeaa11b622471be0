import GuardAPI
import Health
import Testing

@testable import GuardDaemon

@Suite struct StatusLineTests {
  @Test func statusWithoutAClusterSaysSo() {
    let document = StatusDocument(generatedAt: Timestamp(seconds: 0), clusters: [], problems: [])
    #expect(StatusLine.text(of: document) == "no cluster is configured")
  }
}
