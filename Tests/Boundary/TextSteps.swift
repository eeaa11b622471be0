import Foundation
import SystemJournal
import Systemd
import TestSupport
import YAML

/// libyaml and libsystemd.
enum TextSteps {
  static func parse() throws {
    let good = try Document("clusters:\n  - { name: tethys, port: 16443 }\nnote: |\n  two\n  lines\n")
    try expect(good.root?.mapping?["clusters"]?.sequence?.elements.count == 1, "a list of one")
    for bad in [
      "a: [", "a: b: c", "\t", "&a [*a]", "a: *nobody", "\u{FEFF}", "--- a\n--- b", "\"\\x", "{a: 1, a: 2}",
      String(repeating: "[", count: 10_000), "a: \u{7}",
    ] {
      _ = try? Document(bad)
      _ = try? Document(bytes: Array(bad.utf8) + [0xFF, 0x00])
    }
  }

  static func readJournal() throws {
    let folder = try TemporaryFolder()
    guard JournalFile.isAvailable else { return print("skipped: \(JournalFile.reason)") }
    let path = folder.file("journal")
    try JournalFile.write(
      (1...50).map {
        (
          UInt64(1_772_000_000_000_000 + $0 * 1_000_000),
          ["SYSLOG_IDENTIFIER": "oceanid-guard", "MESSAGE": "entry \($0)", "OCEANID_EVENT": "tunnel_up"]
        )
      }, to: path)
    for _ in 0..<3 {
      let reader = try JournalReader(.folder(path), identifier: "oceanid-guard")
      let entries = try reader.entries(limit: 100, fields: ["MESSAGE", "NO_SUCH_FIELD"])
      try expect(
        entries.count == 50 && entries.first?.fields["MESSAGE"] == "entry 50", "\(entries.count) entries")
    }
    try expect(
      (try? JournalReader(.folder(folder.file("none")), identifier: "x")) == nil, "a journal of nothing")
  }

  static func notify() throws {
    unsetenv("NOTIFY_SOCKET")
    _ = try Notify.send(.ready, .status("all is well"))
    setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1)
    try expect((try? Notify.send(.watchdog)) == nil, "a message without a receiver was sent")
    unsetenv("NOTIFY_SOCKET")
    var entry = JournalEntry(message: "a message\nof two lines", priority: .info)
    try entry.add("OCEANID_EVENT", "tunnel_up")
    try? Journal.send(entry)
    _ = try SocketActivation.passedSockets()
    _ = try Watchdog.interval()
  }
}
