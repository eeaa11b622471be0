import Glibc
import Testing

@testable import Systemd

@Suite struct JournalTests {
  @Test func anEntryKeepsTheOrderOfItsFields() throws {
    var entry = JournalEntry(message: "two\nlines", priority: .warning)
    try entry.add("OCEANID_EVENT", "tunnel_down")
    try entry.add("OCEANID_EVENT", "again")
    #expect(entry.fields.map(\.name) == ["MESSAGE", "PRIORITY", "OCEANID_EVENT", "OCEANID_EVENT"])
    #expect(entry.fields.map(\.value) == ["two\nlines", "4", "tunnel_down", "again"])
  }

  @Test(arguments: [
    "", "lower", "_RESERVED", "1ST", "A B", "A=B", "ÄRGER", String(repeating: "A", count: 65),
  ])
  func invalidFieldNamesAreRejected(name: String) {
    var entry = JournalEntry(message: "", priority: .info)
    #expect(throws: SystemdError.self) { try entry.add(name, "value") }
    #expect(entry.fields.count == 2)
  }

  @Test func theStreamIsIdentifiedByDeviceAndInode() {
    #expect(Journal.names("8:1234", device: 8, inode: 1234))
    #expect(!Journal.names("8:1234", device: 8, inode: 1235))
    #expect(!Journal.names("8", device: 8, inode: 0))
    #expect(!Journal.names("8:1234:", device: 8, inode: 1234))
    #expect(!Journal.names("", device: 0, inode: 0))
  }

  @Test func standardErrorIsTheJournalOnlyIfTheVariableMatches() async {
    await #expect(processExitsWith: .success) {
      var status = stat()
      guard fstat(STDERR_FILENO, &status) == 0 else { exit(1) }
      unsetenv("JOURNAL_STREAM")
      guard !Journal.isConnected() else { exit(2) }
      setenv("JOURNAL_STREAM", "\(status.st_dev):\(status.st_ino)", 1)
      guard Journal.isConnected() else { exit(3) }
      setenv("JOURNAL_STREAM", "\(status.st_dev):\(status.st_ino + 1)", 1)
      exit(Journal.isConnected() ? 4 : 0)
    }
  }
}
