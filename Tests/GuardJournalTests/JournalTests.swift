import GuardAPI
import Health
import Systemd
import Testing

@testable import GuardJournal

@Suite struct JournalLogTests {
  @Test func everyFactHasItsField() {
    let record = LogRecord(
      .tunnelDown, "tunnel to tethys down after 3h12m", cluster: "tethys", subject: "tunnel", from: "up",
      to: "backoff", reason: "keepalive timeout", incident: "7f3a", remedy: "ping tethys",
      extra: [.attempts: "1"], file: "Guard/Here.swift", line: 7)
    let fields = Dictionary(
      JournalLog.entry(record).fields.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    #expect(
      fields == [
        "MESSAGE": "tunnel to tethys down after 3h12m", "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "oceanid-guard", "MESSAGE_ID": Event.tunnelDown.messageID,
        "OCEANID_EVENT": "tunnel_down", "OCEANID_CLUSTER": "tethys", "OCEANID_SUBJECT": "tunnel",
        "OCEANID_FROM": "up", "OCEANID_TO": "backoff", "OCEANID_REASON": "keepalive timeout",
        "OCEANID_INCIDENT": "7f3a", "OCEANID_REMEDY": "ping tethys", "OCEANID_ATTEMPTS": "1",
        "CODE_FILE": "Guard/Here.swift", "CODE_LINE": "7",
      ])
  }

  @Test func plainLineHasNoMessageID() {
    let names = JournalLog.entry(LogRecord(nil, "polling")).fields.map(\.name)
    #expect(!names.contains("MESSAGE_ID") && !names.contains("OCEANID_EVENT"))
    #expect(JournalLog.entry(LogRecord(nil, "polling")).fields.contains { $0.value == "7" })
  }

  @Test func delayedEntryHasItsOriginalTime() {
    let moment = Timestamp(milliseconds: 1_700_000_000_123)
    let long = LogRecord(.tunnelUp, String(repeating: "ä", count: 10_000))
    for record in [LogRecord(.tunnelUp, "up"), long] {
      let message = JournalLog.entry(record, of: moment).fields.first { $0.name == "MESSAGE" }?.value
      #expect(message?.hasSuffix(" (of 2023-11-14T22:13:20Z; delayed by the journal)") == true)
      #expect(message.map(\.utf8.count) ?? 0 <= 4096)
    }
  }

  /// journald drops a field with an invalid name.
  @Test func everyFieldIsWritten() {
    let extra = Dictionary(uniqueKeysWithValues: JournalField.allCases.map { ($0, "x") })
    let names = JournalLog.entry(LogRecord(.started, "up", extra: extra)).fields.map(\.name)
    #expect(Set(JournalField.allCases.map(\.rawValue)).isSubset(of: names))
    #expect(Set(names).count == names.count)
  }

  @Test func commandIsNotCut() {
    for length in [1024, 1025] {
      let record = LogRecord(.apiFailed, "down", command: String(repeating: "x", count: length))
      let value = JournalLog.entry(record).fields.first { $0.name == "OCEANID_COMMAND" }?.value
      #expect(value?.utf8.count == (length == 1024 ? 1024 : nil))
    }
  }

  @Test func fieldsAreLimited() {
    let long = String(repeating: "ä", count: 10_000)
    let extra = Dictionary(uniqueKeysWithValues: JournalField.allCases.map { ($0, long) })
    let record = LogRecord(
      .problemOpened, long, subject: long, reason: long, remedy: long, extra: extra)
    let fields = JournalLog.entry(record).fields
    #expect(fields.count < 60)
    #expect(fields.allSatisfy { $0.value.utf8.count <= 4096 })
    #expect(fields.filter { $0.name == "OCEANID_SUBJECT" }.allSatisfy { $0.value.utf8.count <= 256 })
  }
}

@Suite struct TerminalLogTests {
  let moment = Timestamp(milliseconds: 1_700_000_000_123)

  @Test func recordAndRemedyAreOneLineEach() {
    let record = LogRecord(
      .tunnelDown, "tunnel to tethys down", cluster: "tethys", from: "up", to: "backoff",
      reason: "keepalive timeout", remedy: "ping tethys")
    #expect(
      TerminalLog(threshold: .info, isColored: false).text(record, at: moment) == """
        2023-11-14T22:13:20.123Z warn  tunnel_down: tunnel to tethys down \
        [cluster=tethys from=up to=backoff reason="keepalive timeout"]
            what to do: ping tethys

        """)
  }

  @Test func colorFollowsThePriority() {
    let text = TerminalLog(threshold: .info, isColored: true).text(
      LogRecord(.tunnelBlocked, "blocked"), at: moment)
    #expect(text == "2023-11-14T22:13:20.123Z \u{1B}[31merror\u{1B}[0m tunnel_blocked: blocked\n")
  }

  @Test func controlCharactersFromAServerAreEscaped() {
    let record = LogRecord(
      .apiFailed, "bad \u{1B}[2Jscreen\nforged: line", reason: "\u{9B}31m\u{7F}\u{202E}", remedy: "a\r\tb")
    let text = TerminalLog(threshold: .info, isColored: false).text(record, at: moment)
    #expect(text.contains("bad \\u{1b}[2Jscreen\\nforged: line"))
    #expect(text.contains("reason=\\u{9b}31m\\u{7f}\\u{202e}"))
    #expect(text.contains("what to do: a\\r\\tb"))
    #expect(text.split(separator: "\n").count == 2)
  }

  @Test(arguments: [("kurz", 4, "kurz"), ("länger", 6, "lä…"), ("ääää", 7, "ää…"), ("abc", 2, "")])
  func textIsCutBetweenCharacters(text: String, limit: Int, expected: String) {
    let cut = text.limited(to: limit)
    #expect(cut.utf8.count <= max(limit, 3))
    if limit >= 3 { #expect(cut == expected) }
  }
}
