package import GuardAPI
import GuardConnection
package import GuardTerminal

/// Everything that determines the contents of the screen. Events change it, without I/O.
package struct ScreenState: Sendable {
  /// A message on the status line.
  package struct Note: Hashable, Sendable {
    package let text: String
    package let style: Style
    let at: Duration
  }

  package private(set) var size: TerminalSize
  /// The moment of the last event or drawing.
  package var time: ScreenTime
  /// False if standard input is not a terminal.
  package let hasKeys: Bool
  /// The last document; nil before the first.
  package private(set) var status: StatusDocument?
  /// The last changes, oldest first.
  package private(set) var changes: [ChangeDocument] = []
  /// The reason why there is no stream.
  package private(set) var loss: String?
  package private(set) var list = ProblemList()
  /// nil while the list is shown.
  package internal(set) var open: OpenProblem?
  /// The position in the help page; nil while it is closed.
  package internal(set) var help: Int?
  package internal(set) var prompt: Prompt?
  package internal(set) var note: Note?
  /// Requests without an answer yet.
  package private(set) var pending: [ScreenRequest] = []
  /// The time of the last line from the guard.
  private var lastReceived: Duration
  private var frame = ScreenFrame(lines: [])

  /// The number of changes that are kept.
  package static let changeLimit = 50
  /// A key removes a message, but not before it could be read.
  private static let minNoteTime: Duration = .seconds(1)
  private static let longestNote: Duration = .seconds(60)

  package init(size: TerminalSize, time: ScreenTime, hasKeys: Bool = true) {
    self.size = size
    self.time = time
    self.hasKeys = hasKeys
    lastReceived = time.elapsed
  }

  /// How long the guard has sent nothing; nil within three heartbeats.
  package var silence: Duration? {
    let silence = time.elapsed - lastReceived
    return silence < WatchLine.silence ? nil : silence
  }

  /// True if the shown status is from the past, so that the current one is unknown.
  package var isPast: Bool { loss != nil || silence != nil }

  /// True if there is an overview and a page per cluster.
  package var isFleet: Bool { (status?.clusters.count ?? 0) > 1 }

  package mutating func apply(_ event: ScreenEvent, at time: ScreenTime) -> [ScreenEffect] {
    self.time = time
    switch event {
    case .key(let key): return press(key)
    case .received(let status, let changes): return receive(status, changes)
    case .lost(let reason): loss = reason
    case .reply(let reply): return handle(reply)
    case .resized(let size):
      self.size = size
      return [.redraw]
    }
    return []
  }

  /// Updates the state with what is shown, which clicks and the end of a text depend on.
  package mutating func settle(_ frame: ScreenFrame) {
    self.frame = frame
    if let help {
      self.help = min(help, frame.scrollLimit)
    } else {
      open?.scroll.limit(to: frame.scrollLimit)
    }
    if let note, time.elapsed - note.at >= ScreenState.longestNote { self.note = nil }
  }

  private mutating func receive(_ status: StatusDocument?, _ changes: [ChangeDocument]) -> [ScreenEffect] {
    let isBack = loss != nil
    loss = nil
    lastReceived = time.elapsed
    self.changes = (self.changes + changes).suffix(ScreenState.changeLimit)
    if let status {
      self.status = status
      list.update(status.problems)
      if let cluster = list.cluster, !status.clusters.contains(where: { $0.name == cluster }) {
        list.choose(cluster: nil)
      }
      if let id = open?.problem.id {
        let problem = status.problems.first { $0.id == id }
        open?.hasEnded = problem == nil
        if let problem { open?.problem = problem }
      }
    }
    guard let open, isBack || changes.contains(where: open.concerns) else { return [] }
    return readRecord()
  }

  /// Reads the history of the open problem, now or when a running request has ended.
  mutating func readRecord() -> [ScreenEffect] {
    guard let open else { return [] }
    guard !pending.contains(where: isOpen) else {
      self.open?.isOutdated = true
      return []
    }
    self.open?.isOutdated = false
    return request(.record(open.problem))
  }

  private mutating func handle(_ reply: ScreenReply) -> [ScreenEffect] {
    pending.removeAll { $0 == reply.request }
    switch reply.outcome {
    case .accepted(let receipt): show(receipt?.words(at: time.wall) ?? "\(reply.request.words): done", .good)
    case .record(let record):
      if isOpen(reply.request) { open?.record = .known(record) }
    case .failed(let reason):
      if isOpen(reply.request) {
        open?.record = .failed(reason)
      } else if !reply.request.isRecord {
        show("\(reply.request.words): \(reason)", .bad)
      }
    }
    return open?.isOutdated == true ? readRecord() : []
  }

  private func isOpen(_ request: ScreenRequest) -> Bool {
    guard case .record(let problem) = request else { return false }
    return open?.problem.id == problem.id
  }

  mutating func show(_ text: String, _ style: Style = .plain) {
    note = Note(text: text, style: style, at: time.elapsed)
  }

  /// Sends a request, unless the same one has no answer yet.
  mutating func request(_ request: ScreenRequest) -> [ScreenEffect] {
    guard !pending.contains(request) else { return [] }
    pending.append(request)
    return [.send(request)]
  }

  mutating func match(_ filter: String) { list.match(filter) }
  mutating func keepSelection() { list.keep() }

  mutating func move(_ movement: Movement) { list.move(movement) }

  /// Selects the problem in this row; false if there is none.
  mutating func select(row: Int) -> Bool {
    guard let id = frame.problems[row] else { return false }
    list.select(id)
    return true
  }

  mutating func scroll(_ movement: Movement) {
    if let help {
      self.help = movement.applied(to: help, last: frame.scrollLimit)
    } else if let scroll = open?.scroll {
      open?.scroll = movement.applied(to: scroll, last: frame.scrollLimit)
    }
  }

  /// Shows the next or the previous cluster. The overview is before the first one.
  mutating func turn(by distance: Int) {
    guard isFleet, let clusters = status?.clusters else { return }
    let pages: [String?] = [nil] + clusters.map(\.name)
    let place = pages.firstIndex(of: list.cluster) ?? 0
    list.choose(cluster: pages[(place + distance + pages.count) % pages.count])
  }

  mutating func clearNote() {
    if let note, time.elapsed - note.at >= ScreenState.minNoteTime { self.note = nil }
  }
}

extension Int {
  fileprivate mutating func limit(to largest: Int) { self = Swift.min(self, largest) }
}
