internal import FoundationEssentials
internal import GuardAPI
internal import Platform

@testable internal import GuardAlerts
@testable internal import GuardState
@testable internal import Health
@testable internal import IncidentTracking

extension FuzzTarget {
  /// The file of waiting notices in the state directory: all of them can be delivered, and none is delivered twice.
  static let spool = FuzzTarget("spool") { bytes in
    try ScratchFile.holding(bytes) { path in
      var outbox = Outbox()
      let slash = path.lastIndex(of: "/") ?? path.startIndex
      var spool = Spool(
        name: String(path[slash...].dropFirst()), in: StateFolder(folder: String(path[..<slash])))
      let unread = try spool.load(into: &outbox)
      let lines = bytes.split(separator: UInt8(ascii: "\n")).count
      try hold(unread <= lines && outbox.count <= lines, "\(outbox.count) of \(lines) lines wait")
      // The outbox continues as if it had never been saved.
      let incident = Incident(
        id: "news",
        of: Problem(
          .node(.condition), id: "", severity: .warning, cluster: "tethys", subject: "", title: "",
          detail: "",
          since: Timestamp(seconds: 0), step: NextStep()))
      let isKnown = outbox.waiting["news"] != nil
      _ = outbox.add(.init(.opened, incident), at: Timestamp(seconds: 0))
      try hold(outbox.waiting["news"] != nil || isKnown, "news found no place")
      var left = outbox.count
      while !outbox.isEmpty {
        let batch = outbox.dequeue()
        try hold(!batch.isEmpty && batch.count <= left, "\(left) wait, and \(batch.count) are taken")
        // In half of the cases, delivery succeeds only at the second attempt.
        if left % 2 == 0 {
          _ = outbox.recordFailure()
          try hold(outbox.dequeue().map(\.key) == batch.map(\.key), "another message after a failure")
        }
        left -= outbox.recordDelivery().count
        try hold(left == outbox.count, "\(left) should wait, and \(outbox.count) do")
      }
    }
  }

  /// The texts of an incident, separated by zeros, in the messages of all channels: they add no header and no line.
  static let notice = FuzzTarget("notice") { bytes in
    let words = bytes.split(separator: 0, omittingEmptySubsequences: false).map { String(foreign: $0) }
    func word(_ index: Int) -> String { index < words.count ? words[index] : "" }
    let moment = Timestamp(seconds: 1_772_339_047)
    let incident = Incident(
      id: word(0),
      of: Problem(
        .node(.condition), id: word(1), severity: .critical, cluster: word(2), subject: word(3),
        title: word(4), detail: word(5),
        since: moment, step: NextStep(command: word(6))))
    let changes = IncidentNotice.Change.allCases
    let entries = (0..<1 + bytes.count % 3).map {
      IncidentNotice.Entry(changes[(bytes.count + $0) % changes.count], incident)
    }
    let notice = IncidentNotice(at: moment, cluster: incident.cluster, entries: entries)

    let document = try JSONDecoder().decode(NoticeDocument.self, from: Data(NoticeCoding.bytes(notice)))
    try hold(document.entries.map(\.key) == entries.map(\.key), "other news")
    let key = NoticeCoding.key(of: notice)
    try hold(
      key.utf8.count <= 200 && key.utf8.allSatisfy { (0x21...0x7E).contains($0) },
      "no key of a header: \(key)")

    let mail = MailMessage(
      notice, from: "guard@example.org", to: ["ops", "a@b.c"], host: "tethys", date: moment
    ).text
    let header = mail.prefix(upTo: mail.firstRange(of: "\n\n")?.lowerBound ?? mail.endIndex)
    let names = header.split(separator: "\n").filter { !$0.hasPrefix(" ") }.map { $0.prefix { $0 != ":" } }
    let known = [
      "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
      "MIME-Version",
      "Content-Type", "Content-Transfer-Encoding",
    ]
    try hold(
      Set(names).count == names.count && names.allSatisfy { known.contains(String($0)) }, "headers: \(names)")
    // RFC 5322 §2.1.1: at most 998 bytes per line; sendmail accepts no control characters.
    for line in mail.utf8.split(separator: UInt8(ascii: "\n")) {
      try hold(line.count <= 998, "a line of \(line.count) bytes")
      try hold(line.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "a byte that no mail carries")
    }
    let alert = AlertmanagerChannel.alert(of: incident, at: moment, resolveAfter: .seconds(240), host: "here")
    try hold(alert.startsAt <= alert.endsAt, "over before it began")
  }
}
