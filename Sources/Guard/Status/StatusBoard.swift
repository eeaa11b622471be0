internal import GuardAPI
internal import GuardTypes
internal import Health
internal import Platform
internal import Synchronization
internal import Tunnel

/// The one mutable place: the latest judgement of every cluster. Immutable values go in and come out, from any
/// thread.
final class StatusBoard: Sendable {
  struct Entry: Sendable {
    let report: ClusterReport
    let observation: Observation
    /// The last poll that ended; nil before the first.
    let poll: Poller.Outcome?
    /// The engine's state with the counters of the moment.
    let tunnel: @Sendable () -> TunnelStatus
  }

  private struct State {
    var entries: [String: Entry] = [:]
    /// Configuration order.
    var order: [String] = []
    var configuration: ConfigurationStatus?
    var silences: [Silence] = []
    /// Of the guard's own parts: alert channels, the state directory.
    var ownFailures: [Problem] = []
    var listener: (@Sendable (ChangeDocument) -> Void)?
    var version: UInt64 = 0
  }

  private let state = Mutex(State())

  /// Told of every change, on whatever thread made it; must return quickly.
  func onChange(_ listener: (@Sendable (ChangeDocument) -> Void)?) {
    state.withLock { $0.listener = listener }
  }

  /// The clusters of the configuration; what is known of others is forgotten.
  func setOrder(_ names: [String]) {
    state.withLock { state in
      state.version += 1
      state.order = names
      state.entries = state.entries.filter { names.contains($0.key) }
    }
  }

  /// A configuration came into force.
  func setConfiguration(file: String?, at time: Timestamp = .now) {
    state.withLock { state in
      state.version += 1
      state.configuration = ConfigurationStatus(file: file, loadedAt: time)
    }
  }

  /// A reload changed nothing because of these mistakes.
  func reject(_ errors: ConfigurationErrors, at time: Timestamp = .now) {
    state.withLock { state in
      state.version += 1
      state.configuration?.reject(errors, at: time)
    }
  }

  func setSilences(_ silences: [Silence]) {
    state.withLock { state in
      guard state.silences != silences else { return }
      state.version += 1
      state.silences = silences
    }
  }

  /// Of each alert channel that does not deliver, and of the state directory.
  func setOwnFailures(_ problems: [Problem]) {
    state.withLock { state in
      guard state.ownFailures != problems else { return }
      state.version += 1
      state.ownFailures = problems
    }
  }

  func put(_ entry: Entry) {
    state.withLock { state in
      guard state.order.contains(entry.report.name) else { return }
      state.version += 1
      state.entries[entry.report.name] = entry
    }
  }

  func tell(_ change: ChangeDocument) { state.withLock { $0.listener }?(change) }

  /// Another one after each change of what the board holds.
  var version: UInt64 { state.withLock { $0.version } }

  var entries: [Entry] { state.withLock { state in state.order.compactMap { state.entries[$0] } } }

  /// What concerns the guard itself.
  var ownProblems: [Problem] {
    state.withLock { [$0.configuration?.problem].compactMap(\.self) + $0.ownFailures }
  }

  /// The file on disk has mistakes, and an older one is in force.
  var configurationIsRejected: Bool { state.withLock { $0.configuration?.problem != nil } }

  /// The worst of all clusters; unknown before the first judgement.
  var verdict: Verdict {
    let verdicts = entries.map(\.report.verdict)
    return verdicts.isEmpty ? .unknown : verdicts.reduce(.healthy) { $0.combined(with: $1) }
  }

  /// Critical problems of this moment that nobody silenced.
  var criticalProblems: [Problem] {
    let silences = state.withLock { $0.silences }
    return (entries.flatMap(\.report.problems) + ownProblems).filter { problem in
      problem.severity == .critical && !silences.contains { $0.matches(problem) }
    }
  }

  /// Clusters of which nothing is known: before the first poll that succeeds, and while nothing fresh is heard.
  var unknownClusters: [String] {
    state.withLock { state in
      state.order.filter { name in
        guard let entry = state.entries[name] else { return true }
        return entry.observation.snapshotAt == nil || entry.report.verdict == .unknown
      }
    }
  }

  /// The document of this moment.
  func statusDocument(now: Timestamp = .now) -> StatusDocument {
    let entries = entries
    let (configuration, silences) = state.withLock { ($0.configuration, $0.silences) }
    return StatusDocument(
      generatedAt: now, clusters: entries.map { ClusterDocument($0, now: now) },
      problems: entries.flatMap(\.report.problems) + ownProblems, silences: silences,
      configuration: configuration?.document)
  }
}

extension Timestamp {
  static var now: Timestamp { Timestamp(milliseconds: WallClock.milliseconds) }
}
