import GuardAPI
import GuardTerminal
import Health
import IncidentTracking

@testable import GuardCluster
@testable import GuardIncidents
@testable import GuardJournal

/// A cluster's journal with the ledger that it gets its incidents from.
struct JournalFixture {
  let ledger: IncidentLedger
  let journal: ClusterJournal

  /// - Parameter file: the incidents of an earlier run; nil: none are kept.
  init(
    log: any EventLog, file: IncidentFile? = nil, state: JournalState = JournalState(),
    save: @escaping (JournalState) -> Void = { _ in }
  ) {
    ledger = IncidentLedger(file: file, log: log)
    journal = ClusterJournal(
      cluster: "tethys", host: "tethys", log: log, ledger: ledger, state: state, save: save)
  }

  /// Passes the result of a judgment on, as `GuardedCluster` does.
  func write(from previous: ClusterReport?, to report: ClusterReport, at now: Timestamp = .now) {
    let update = ledger.observe(
      ProblemObservation(
        cluster: "tethys", problems: report.problems, unseen: report.unseen,
        unseenSubjects: report.unseenSubjects, poll: now), at: now)
    journal.write(update.events, from: previous, to: report)
  }
}
