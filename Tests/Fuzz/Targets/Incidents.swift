internal import FoundationEssentials
internal import GuardAPI

@testable internal import GuardCluster
@testable internal import GuardNotices
@testable internal import Health
@testable internal import IncidentTracking

extension FuzzTarget {
  /// The incidents file: a tracker that was read continues like one that was never saved.
  static let incidents = FuzzTarget("incidents") { bytes in
    guard var tracker = try? JSONDecoder().decode(IncidentTracker.self, from: Data(bytes)) else { return }
    let now = Timestamp(seconds: 1_772_339_047)
    let problem = Problem(
      .node(.notReady), id: "tethys/node/calypso/not-ready", severity: .critical, cluster: "tethys",
      subject: "node calypso",
      title: "node calypso is not ready", detail: "", since: now, step: NextStep())
    for step in 0..<8 {
      let moment = now + .seconds(step * 15)
      tracker.observe(
        ProblemObservation(cluster: "tethys", problems: step == 5 ? [] : [problem], poll: moment),
        at: moment)
      _ = tracker.advance(to: moment + .seconds(12))
    }
    _ = tracker.issueID(of: "tunnel tethys", .tunnel, in: "tethys")
    tracker.resume(at: now + .seconds(150))
    _ = IncidentsDocument(
      open: tracker.open.map { IncidentDocument($0, silence: tracker.silence(of: $0)) },
      past: tracker.past.map { IncidentDocument($0, silence: nil) },
      silences: tracker.silences.map(SilenceDocument.init), ignored: tracker.ignored)
    let again = try JSONDecoder().decode(IncidentTracker.self, from: JSONEncoder().encode(tracker))
    try hold(again.subjects == tracker.subjects, "incidents are lost over a restart")
    try hold(
      again.past == tracker.past && again.silences == tracker.silences, "the past is lost over a restart")
    tracker.retain(clusters: [], at: now + .seconds(200))
    try hold(tracker.open.allSatisfy { $0.cluster.isEmpty }, "an incident of a cluster that is gone is open")
    // After years, every reminder is due at once.
    _ = tracker.advance(to: now + .seconds(86_400 * 3650))
  }

  /// The other files in the state directory.
  static let stateFiles = FuzzTarget("state-files") { bytes in
    let history = PollHistory(file: bytes)
    try hold(history.firstSeen.keys.allSatisfy { !$0.utf8.contains(0x0A) }, "an id of two lines")
    if let inventory = try? Inventory(file: bytes) {
      let again = try Inventory(file: inventory.file(limit: .max))
      try hold(again.objects.count == inventory.objects.count, "an object is lost")
      try hold(
        again.waiting == inventory.waiting && again.listed == inventory.listed, "reads as something else")
    }
    guard let saved = try? JSONDecoder().decode(NoticeState.self, from: Data(bytes)) else { return }
    var board = NoticeBoard()
    board.restore(saved.board)
    _ = try JSONEncoder().encode(board.state)
  }

  /// The fields of a journal entry, as `NAME=value` separated by zeros.
  static let journal = FuzzTarget("journal") { bytes in
    var fields: [String: String] = [:]
    for field in bytes.split(separator: 0) {
      let parts = field.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { fields[String(foreign: parts[0])] = String(foreign: parts[1]) }
    }
    let moment = UInt64(fields["AT"] ?? "") ?? 0
    guard let change = ChangeDocument(journal: fields, at: moment) else {
      return try hold(fields["OCEANID_EVENT"] == nil, "an event is lost")
    }
    let document = HistoryDocument(journal: [(moment, fields), (moment, fields)], limit: 1)
    try hold(document.truncated && document.events == [change], "more than the limit")
    _ = change.at.microseconds
    // A time after the year 9999 has no RFC 3339 form.
    guard (0..<253_402_300_800_000).contains(change.at.milliseconds) else { return }
    let again = try DocumentCoding.decode(HistoryDocument.self, from: DocumentCoding.encode(document))
    try hold(again == document, "reads as something else")
  }
}
