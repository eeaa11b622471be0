import TestSupport
import Testing

@testable import SystemJournal

@Suite(.enabled(if: JournalFile.isAvailable, Comment(rawValue: JournalFile.reason)), .blocking)
struct JournalReaderTests {
  private let folder: TemporaryFolder
  private var journal: JournalScope { .folder(folder.file("journal")) }

  private static let start: UInt64 = 1_772_000_000_000_000

  init() throws {
    folder = try TemporaryFolder()
    let events = ["tunnel_down", "tunnel_retry", "tunnel_up", "problem_opened"]
    var entries = events.enumerated().map { index, event in
      (
        microseconds: Self.start + UInt64(index) * 1_000_000,
        fields: [
          "SYSLOG_IDENTIFIER": "oceanid-guard", "MESSAGE": "entry \(index)", "OCEANID_EVENT": event,
          "_SYSTEMD_UNIT": "oceanid-guard.service",
        ]
      )
    }
    entries.append(
      (
        Self.start + 10_000_000,
        ["SYSLOG_IDENTIFIER": "somebody", "MESSAGE": "forged", "OCEANID_EVENT": "tunnel_up"]
      ))
    try JournalFile.write(entries, to: folder.file("journal"))
  }

  private func events(
    since: UInt64 = 0, until: UInt64? = nil, limit: Int = 100, only: [String] = []
  ) throws -> [String?] {
    let reader = try JournalReader(
      journal, identifier: "oceanid-guard", matches: only.map { ("OCEANID_EVENT", $0) })
    return try reader.entries(since: since, until: until, limit: limit, fields: ["OCEANID_EVENT"]).map {
      $0.fields["OCEANID_EVENT"]
    }
  }

  @Test func readsMatchingEntriesNewestFirst() throws {
    #expect(try events() == ["problem_opened", "tunnel_up", "tunnel_retry", "tunnel_down"])
    #expect(try events(limit: 2) == ["problem_opened", "tunnel_up"])
    #expect(try events(limit: 0) == [])
  }

  @Test func aTimeRangeExcludesItsEnd() throws {
    #expect(
      try events(since: Self.start + 1_000_000, until: Self.start + 3_000_000) == [
        "tunnel_up", "tunnel_retry",
      ])
    #expect(try events(until: Self.start) == [])
    #expect(try events(since: Self.start + 60_000_000) == [])
  }

  @Test func filtersByEvent() throws {
    #expect(try events(only: ["tunnel_up", "tunnel_down"]) == ["tunnel_up", "tunnel_down"])
    #expect(try events(only: ["nothing"]) == [])
  }

  @Test func readsFieldsAndTimes() throws {
    let reader = try JournalReader(journal, identifier: "oceanid-guard")
    let newest = try reader.entries(limit: 1, fields: ["MESSAGE", "OCEANID_EVENT", "OCEANID_REASON"])
    #expect(
      newest == [
        .init(
          microseconds: Self.start + 3_000_000,
          fields: ["MESSAGE": "entry 3", "OCEANID_EVENT": "problem_opened"])
      ])
  }

  @Test func readsEntriesAfterATime() throws {
    let reader = try JournalReader(journal, identifier: "oceanid-guard")
    let later = try reader.entries(after: Self.start + 1_000_000, fields: ["OCEANID_EVENT"])
    #expect(later.map { $0.fields["OCEANID_EVENT"] } == ["tunnel_up", "problem_opened"])
    #expect(try reader.entries(after: Self.start + 60_000_000, fields: []).isEmpty)
  }

  @Test func aMissingFolderIsAnError() {
    #expect(throws: JournalError.self) {
      _ = try JournalReader(.folder("/nonexistent"), identifier: "oceanid-guard")
    }
  }

  @Test func unitsAreMatchedByTrustedFields() {
    #expect(JournalScope.systemUnit("g.service").matches == ["_SYSTEMD_UNIT=g.service"])
    #expect(
      JournalScope.userUnit("g.service", uid: 1000).matches == ["_SYSTEMD_USER_UNIT=g.service", "_UID=1000"])
  }
}
