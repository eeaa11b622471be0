import FoundationEssentials
import GuardAPI
import Health
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardPages
@testable import GuardTerminal

@Suite struct AlertsPageTests {
  private static let document = AlertsDocument(channels: [
    .init(name: "mail", means: "email", delivered: 12),
    .init(
      name: "pager", means: "webhook", failingSince: Scene.now - .seconds(600),
      failure: "webhook https://pager.example.org: HTTP 401 Unauthorized",
      remedy: "look at credential pager-token",
      delivered: 3, failed: 9, dropped: 1, waiting: 4),
    .init(name: "spare", means: "ntfy"),
  ])

  @Test func listsChannelsWithTheirFailures() {
    let terminal = Terminal(width: 80, hasColor: false, now: Scene.now)
    #expect(
      AlertsPage.page(Self.document, terminal).text(for: terminal) == """
        CHANNEL   TYPE      STATE          DELIVERED   FAILED   DROPPED   WAITING
        mail      email     delivering     12          0        0         0
        pager     webhook   failing        3           9        1         4
        spare     ntfy      not used yet   0           0        0         0

        pager is failing since 04:14:07Z (10m): webhook https://pager.example.org: HTTP
        401 Unauthorized
          look at credential pager-token

        """)
  }

  @Test(arguments: [60, 80, 250]) func pageFitsTheWidth(_ width: Int) {
    let terminal = Terminal(width: width, hasColor: false, now: Scene.now)
    for line in AlertsPage.page(Self.document, terminal).text(for: terminal).split(separator: "\n") {
      #expect(String(line).displayWidth <= width, "\(line)")
    }
  }

  @Test func showsAnUnwritableStateDirectory() {
    let terminal = Terminal(width: 80, hasColor: false, now: Scene.now)
    var document = Self.document
    document.stateFailure = .init(
      since: Scene.now - .seconds(60),
      failure: "state directory /s can't be written: No space left on device",
      remedy: "df -h /s")
    let page = AlertsPage.page(document, terminal).text(for: terminal)
    #expect(page.contains("\nstate directory /s can't be written: No space left on device"))
    #expect(page.hasSuffix("\n  df -h /s\n"))
  }

  @Test func showsThatNoChannelIsConfigured() {
    let terminal = Terminal(width: 80, hasColor: false, now: Scene.now)
    #expect(
      AlertsPage.page(AlertsDocument(channels: []), terminal).text(for: terminal)
        .hasPrefix("No alert channel is configured, so no alerts are sent.\n"))
  }

  @Test(arguments: [
    (404, "channel", "no alert channel is named 'x'", 64, "no alert channel is named 'x'", []),
    (
      502, "delivery", "webhook y: HTTP 500\nlook at it", 1, "not delivered: webhook y: HTTP 500",
      ["look at it"]
    ),
    (502, "delivery", "", 1, "not delivered: ", []),
  ])
  func refusals(
    _ status: Int, _ code: String, _ message: String, _ exit: Int32, _ sentence: String, _ remedy: [String]
  ) {
    let error = ClientError.refused(status: status, code: code, message: message)
    #expect(error.exitStatus == exit)
    #expect("\(error)" == sentence)
    #expect(error.remedy == remedy)
  }
}
