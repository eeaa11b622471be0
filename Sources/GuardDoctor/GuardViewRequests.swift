internal import Dispatch
package import GuardAPI
internal import Health
internal import Platform
internal import Synchronization

/// An examination that may take some time.
package protocol Examinable {
  /// - Parameter report: called with each finding as soon as it is made.
  func examine(report: (FindingDocument) -> Void)
  /// The document around the findings.
  func document(_ findings: [FindingDocument]) -> GuardViewDocument
}

/// Answers requests for the guard's view. Examinations run one at a time on their own queue, at most one per second.
/// Requests that arrive meanwhile get the same result.
package final class GuardViewRequests: Sendable {
  package typealias Answer = @Sendable (GuardViewDocument?) -> Void

  private struct State {
    /// Counts the examinations.
    var serial = 0
    var isRunning = false
    var findings: [FindingDocument] = []
    var waiting: [Answer] = []
    var last: (document: GuardViewDocument, at: MonotonicTime)?
  }

  private enum Next {
    case answer(GuardViewDocument?)
    case begin(serial: Int)
    case wait
  }

  private static let maxPending = 64
  private static let freshness: Duration = .seconds(1)

  private let limit: Duration
  private let queue = DispatchQueue(label: "doctor")
  private let state = Mutex(State())

  /// - Parameter limit: the time after which waiting requests get the findings so far.
  package init(limit: Duration = .seconds(10)) { self.limit = limit }

  /// - Parameters:
  ///   - view: returns the guard as it is now; called for each examination.
  ///   - answer: called once, on any thread; with nil if an examination does not end, or if too many wait.
  package func ask(of view: @escaping @Sendable () -> any Examinable, _ answer: @escaping Answer) {
    let next = state.withLock { state -> Next in
      if let last = state.last, MonotonicTime.now - last.at < GuardViewRequests.freshness {
        return .answer(last.document)
      }
      // An examination without waiting requests has passed the limit, because its requests were answered.
      let hangs = state.isRunning && state.waiting.isEmpty
      guard !hangs, state.waiting.count < GuardViewRequests.maxPending else { return .answer(nil) }
      state.waiting.append(answer)
      guard !state.isRunning else { return .wait }
      state.isRunning = true
      state.serial += 1
      state.findings = []
      return .begin(serial: state.serial)
    }
    switch next {
    case .answer(let document): answer(document)
    case .begin(let serial): begin(serial, view)
    case .wait: break
    }
  }

  private func begin(_ serial: Int, _ view: @escaping @Sendable () -> any Examinable) {
    let milliseconds = Int(limit.inMilliseconds)
    DispatchQueue(label: "doctor limit").asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
      [self] in
      answer(serial, view, isOver: false)
    }
    queue.async { [self] in
      view().examine { finding in state.withLock { $0.findings.append(finding) } }
      answer(serial, view, isOver: true)
    }
  }

  /// Answers the requests that wait for the examination.
  private func answer(_ serial: Int, _ view: () -> any Examinable, isOver: Bool) {
    let result = state.withLock { state -> ([FindingDocument], [Answer])? in
      guard state.serial == serial, state.isRunning else { return nil }
      state.isRunning = !isOver
      let waiting = state.waiting
      state.waiting = []
      return (state.findings, waiting)
    }
    guard var findings = result?.0, let waiting = result?.1, isOver || !waiting.isEmpty else { return }
    if !isOver {
      let place = findings.last.map { " after '\($0.step)'" } ?? ""
      findings.append(
        FindingDocument(
          "examination", .warning,
          "did not end within \(limit.components.seconds) s\(place): a file system or the agent does not answer"
        ))
    }
    let document = view().document(findings)
    if isOver { state.withLock { $0.last = (document, .now) } }
    for answer in waiting { answer(document) }
  }
}
