package import GuardAPI
package import GuardConfiguration
internal import GuardState
package import GuardTypes
package import Health
package import IncidentTracking
internal import Synchronization
package import Tunnel

/// The one mutable place: the latest judgement of every cluster. Immutable values go in and come out, from any
/// thread.
package final class StatusBoard: Sendable {
  /// The latest judgement of one cluster.
  package struct Entry: Sendable {
    /// The judgement.
    package let report: ClusterReport
    /// The facts that it is based on.
    package let observation: Observation
    /// The last poll that ended; nil before the first.
    package let poll: PollOutcome?
    /// The engine's state with the counters of the moment.
    package let tunnel: @Sendable () -> TunnelStatus

    package init(
      report: ClusterReport, observation: Observation, poll: PollOutcome?,
      tunnel: @escaping @Sendable () -> TunnelStatus
    ) {
      self.report = report
      self.observation = observation
      self.poll = poll
      self.tunnel = tunnel
    }
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

  package init() {}

  /// Sets the listener that every change is published to, on the thread that made the change; it must return quickly.
  package func onChange(_ listener: (@Sendable (ChangeDocument) -> Void)?) {
    state.withLock { $0.listener = listener }
  }

  /// Sets the clusters of the configuration, and forgets all others.
  package func setOrder(_ names: [String]) {
    state.withLock { state in
      state.version += 1
      state.order = names
      state.entries = state.entries.filter { names.contains($0.key) }
    }
  }

  /// A configuration came into force.
  package func setConfiguration(file: String?, at time: Timestamp = .now) {
    state.withLock { state in
      state.version += 1
      state.configuration = ConfigurationStatus(file: file, loadedAt: time)
    }
  }

  /// A reload changed nothing because of these mistakes.
  package func reject(_ errors: ConfigurationErrors, at time: Timestamp = .now) {
    state.withLock { state in
      state.version += 1
      state.configuration?.reject(errors, at: time)
    }
  }

  /// Sets the silences in force.
  package func setSilences(_ silences: [Silence]) {
    state.withLock { state in
      guard state.silences != silences else { return }
      state.version += 1
      state.silences = silences
    }
  }

  /// Problems of alert channels and of the state directory.
  package func setOwnFailures(_ problems: [Problem]) {
    state.withLock { state in
      guard state.ownFailures != problems else { return }
      state.version += 1
      state.ownFailures = problems
    }
  }

  /// Replaces the entry of a cluster of the configuration.
  package func update(_ entry: Entry) {
    state.withLock { state in
      guard state.order.contains(entry.report.name) else { return }
      state.version += 1
      state.entries[entry.report.name] = entry
    }
  }

  /// Calls the listener with a change.
  package func publish(_ change: ChangeDocument) { state.withLock { $0.listener }?(change) }

  /// Another one after each change of what the board holds.
  package var version: UInt64 { state.withLock { $0.version } }

  /// In the order of the configuration.
  package var entries: [Entry] { state.withLock { state in state.order.compactMap { state.entries[$0] } } }

  /// Problems of the guard itself.
  package var ownProblems: [Problem] {
    state.withLock { [$0.configuration?.problem].compactMap(\.self) + $0.ownFailures }
  }

  /// The file on disk has mistakes, and an older one is in force.
  package var configurationIsRejected: Bool { state.withLock { $0.configuration?.problem != nil } }

  /// The worst of all clusters; unknown before the first judgement.
  package var verdict: Verdict {
    let verdicts = entries.map(\.report.verdict)
    return verdicts.isEmpty ? .unknown : verdicts.reduce(.healthy) { $0.combined(with: $1) }
  }

  /// Critical problems of this moment that are not muted.
  package var criticalProblems: [Problem] {
    let silences = state.withLock { $0.silences }
    return (entries.flatMap(\.report.problems) + ownProblems).filter { problem in
      problem.severity == .critical && !silences.contains { $0.matches(problem) }
    }
  }

  /// Clusters whose state is unknown: before the first successful poll, and while no fresh answer arrives.
  package var unknownClusters: [String] {
    state.withLock { state in
      state.order.filter { name in
        guard let entry = state.entries[name] else { return true }
        return entry.observation.snapshotAt == nil || entry.report.verdict == .unknown
      }
    }
  }

  /// The document of this moment.
  package func statusDocument(now: Timestamp = .now) -> StatusDocument {
    let entries = entries
    let (configuration, silences, order) = state.withLock { ($0.configuration, $0.silences, $0.order) }
    let begun = Set(entries.map(\.report.name))
    return StatusDocument(
      generatedAt: now, clusters: entries.map { ClusterDocument($0, now: now) },
      starting: order.filter { !begun.contains($0) },
      problems: (entries.flatMap(\.report.problems) + ownProblems).sorted(by: Problem.isBefore),
      silences: silences,
      configuration: configuration?.document)
  }
}
