import Foundation
import GuardAPI
import Platform
import Systemd
import TestSupport
import Testing

@testable import GuardAlerts
@testable import GuardJournal
@testable import GuardState

@Suite struct SpoolFolderTests {
  @Test(arguments: ["/dev/zero", "a FIFO"])
  func spoolThatIsNotAFileDelaysNoChannel(_ kind: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("state")
    let state = StateFolder(folder: path)
    state.makeFolder("")
    state.makeFolder("alerts")
    let spool = "\(path)/alerts/a.spool"
    try #require((kind == "a FIFO" ? mkfifo(spool, 0o600) : symlink(kind, spool)) == 0)
    let channel = MemoryChannel()
    let log = LogMemory()
    let delivery = AlertDelivery([.named("a")], folder: state, log: log) { _ in [channel] }
    delivery.refresh(firing: [.sample("x")])
    #expect(eventually { channel.words == ["opened x/1"] })
    #expect(log.all.count { $0.priority == .warning } == 1)
    delivery.stop(timeout: .seconds(5))
    #expect(state.problem == nil)
    #expect(try state.read("alerts/a.spool", limit: 1 << 20)?.isEmpty == false)
  }
}
