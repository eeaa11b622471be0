package import GuardAPI
package import GuardConfiguration
internal import GuardState
package import GuardTypes
package import Health
package import IncidentTracking
internal import Synchronization
package import Tunnel

/// The shared state of the guard: the latest judgment of every cluster. Thread-safe; all values are
/// immutable.
package final class StatusBoard: Sendable {
  /// The latest judgment of one cluster.
  package struct Entry: Sendable {
    /// The judgment.
    package let report: ClusterReport
    /// The facts that it is based on.
    package let observation: Observation
    /// The last poll that ended; nil before the first.
    package let poll: PollOutcome?
    /// Returns the engine's current state with its counters.
    package let tunnel: @Sendable () -> TunnelStatus
    /// nil without a `pipeline` in the configuration.
    package let pipeline: PipelineDocument?
    /// How often each API of the pipeline answered with which status.
    package let pipelineAnswers: [String: [String: Int]]

    package init(
      report: ClusterReport, observation: Observation, poll: PollOutcome?,
      tunnel: @escaping @Sendable () -> TunnelStatus, pipeline: PipelineDocument? = nil,
      pipelineAnswers: [String: [String: Int]] = [:]
    ) {
      self.report = report
      self.observation = observation
      self.poll = poll
      self.tunnel = tunnel
      self.pipeline = pipeline
      self.pipelineAnswers = pipelineAnswers
    }
  }

  private struct State {
    var entries: [String: Entry] = [:]
    /// Configuration order.
    var order: [String] = []
    var configuration: ConfigurationStatus?
    var silences: [Silence] = []
    /// Problems of the guard's own parts: alert channels and the state directory.
    var ownFailures: [Problem] = []
    var listener: (@Sendable (ChangeDocument) -> Void)?
    var version: UInt64 = 0
  }

  private let state = Mutex(State())

  package init() {}

  /// Sets the listener for all changes. It is called on the thread that made the change and must return
  /// quickly.
  package func onChange(_ listener: (@Sendable (ChangeDocument) -> Void)?) {
    state.withLock { $0.listener = listener }
  }

  /// Sets the clusters of the configuration, and removes all others.
  package func setOrder(_ names: [String]) {
    state.withLock { state in
      state.version += 1
      state.order = names
      state.entries = state.entries.filter { names.contains($0.key) }
    }
  }

  /// Records that a configuration came into force.
  package func setConfiguration(file: String?, at time: Timestamp = .now) {
    state.withLock { state in
      state.version += 1
      state.configuration = ConfigurationStatus(file: file, loadedAt: time)
    }
  }

  /// Records that a reload was rejected because of these errors.
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

  /// Sets the problems of alert channels and of the state directory.
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

  /// The version of the contents. It increases with each change.
  package var version: UInt64 { state.withLock { $0.version } }

  /// In the order of the configuration.
  package var entries: [Entry] { state.withLock { state in state.order.compactMap { state.entries[$0] } } }

  /// Problems of the guard itself.
  package var ownProblems: [Problem] {
    state.withLock { ([$0.configuration?.problem].compactMap(\.self) + $0.ownFailures) }
      .sorted(by: Problem.isBefore)
  }

  /// True if the file on disk has errors, so that an older version is in force.
  package var configurationIsRejected: Bool { state.withLock { $0.configuration?.problem != nil } }

  /// The worst verdict of all clusters; unknown before the first judgment.
  package var verdict: Verdict {
    let verdicts = entries.map(\.report.verdict)
    return verdicts.isEmpty ? .unknown : verdicts.reduce(.healthy) { $0.combined(with: $1) }
  }

  /// Current critical problems that are not muted.
  package var criticalProblems: [Problem] {
    let silences = state.withLock { $0.silences }
    return (entries.map(\.report.problems) + [ownProblems]).flatMap { problems in
      problems.filter { problem in
        problem.severity == .critical && !silences.contains { $0.matches(problem) }
      }
    }
  }

  /// Clusters whose state is unknown: before the first successful poll, and while polls fail.
  package var unknownClusters: [String] {
    state.withLock { state in
      state.order.filter { name in
        guard let entry = state.entries[name] else { return true }
        return entry.observation.snapshotAt == nil || entry.report.verdict == .unknown
      }
    }
  }

  /// The current status document.
  ///
  /// - Parameter isOverview: true for the document of `StatusDocument.View.overview`.
  package func statusDocument(isOverview: Bool = false, now: Timestamp = .now) -> StatusDocument {
    let entries = entries
    let (configuration, silences, order) = state.withLock { ($0.configuration, $0.silences, $0.order) }
    let begun = Set(entries.map(\.report.name))
    let rowBytes =
      isOverview && entries.count == 1
      ? ClusterDocument.overviewBytes : ClusterDocument.rowBytes(clusters: entries.count)
    let document = StatusDocument(
      generatedAt: now, clusters: entries.map { ClusterDocument($0, rowBytes: rowBytes, now: now) },
      starting: order.filter { !begun.contains($0) },
      problems: StatusBoard.merged(entries.map(\.report.problems) + [ownProblems]),
      silences: silences,
      configuration: configuration?.document)
    return isOverview ? document.overview : document
  }

  /// Sorted lists of problems as one. A list alone is neither copied nor sorted again: it can have ten thousands.
  private static func merged(_ lists: [[Problem]]) -> [Problem] {
    let lists = lists.filter { !$0.isEmpty }
    return lists.count > 1 ? lists.flatMap(\.self).sorted(by: Problem.isBefore) : lists.first ?? []
  }
}
