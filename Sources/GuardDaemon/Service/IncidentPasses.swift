internal import Dispatch
internal import GuardAlerts
internal import GuardIncidents
internal import GuardState
internal import GuardStatus
internal import Health
internal import IncidentTracking
internal import Platform
internal import Synchronization

/// Advances the incidents after each observation, and every second while time alone may change one. So a
/// guard that runs only for seconds still sends its notices.
///
/// Passes run on the guard's queue; a request may come from any thread.
final class IncidentPasses: Sendable {
  private struct State {
    /// The time of the next pass; nil if none is scheduled.
    var next: MonotonicTime?
    /// The earliest time of the next pass. Saving ten thousand incidents takes some time and must not block
    /// the queue permanently.
    var notBefore = MonotonicTime.now
  }

  private static let whileInMotion: Duration = .seconds(1)
  private static let longestPause: Duration = .seconds(5)

  private let queue: DispatchQueue
  private let ledger: IncidentLedger
  private let alerts: AlertDelivery
  private let board: StatusBoard
  private let folder: StateFolder?
  private let passed: @Sendable () -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - queue: runs the passes, one at a time.
  ///   - folder: nil: there is no state directory.
  ///   - passed: called after each pass.
  init(
    on queue: DispatchQueue, ledger: IncidentLedger, alerts: AlertDelivery, board: StatusBoard,
    folder: StateFolder?, passed: @escaping @Sendable () -> Void
  ) {
    self.queue = queue
    self.ledger = ledger
    self.alerts = alerts
    self.board = board
    self.folder = folder
    self.passed = passed
  }

  /// Requests a pass as soon as possible. Several requests are combined.
  @Sendable func request() { request(after: .zero) }

  private func request(after pause: Duration) {
    let now = MonotonicTime.now
    let moment = state.withLock { state -> MonotonicTime? in
      let moment = max(now + pause, state.notBefore)
      if let next = state.next, next <= moment { return nil }
      state.next = moment
      return moment
    }
    guard let moment else { return }
    let milliseconds = Int(max(.zero, moment - now).inMilliseconds)
    queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in
      guard let self, state.withLock({ $0.next == moment }) else { return }
      pass()
    }
  }

  /// Runs a pass. Call it every few seconds as well, on the queue.
  func pass() {
    let begun = MonotonicTime.now
    let now = Timestamp.now
    state.withLock { $0.next = nil }
    folder?.check()
    board.setOwnFailures(alerts.failures + [folder?.problem].compactMap(\.self))
    ledger.observe(ProblemObservation(cluster: "", problems: board.ownProblems), at: now)
    // Do this before the ledger records notices as sent.
    alerts.retryUnsaved()
    ledger.pass(at: now)
    alerts.refresh(
      AlertContext(
        firing: ledger.notified, critical: board.criticalProblems, unknown: board.unknownClusters,
        isSaved: ledger.isSaved))
    let ended = MonotonicTime.now
    state.withLock { $0.notBefore = ended + min(IncidentPasses.longestPause, (ended - begun) * 4) }
    if ledger.isInMotion { request(after: IncidentPasses.whileInMotion) }
    passed()
  }
}
