internal import Platform

/// Decides which of a host's addresses to connect to and when (RFC 8305, Happy Eyeballs). Pure: the results of attempts
/// and the time are inputs, actions are the output. Addresses are identified by their index.
struct AddressRace {
  typealias Instant = MonotonicTime

  enum Event {
    case started
    case connected(Int)
    /// errno
    case failed(Int, code: Int32)
    case timePassed
  }

  enum Action: Equatable {
    case connect(Int)
    /// Another address connected, or the time limit has passed.
    case close(Int)
    case won(Int)
    /// The outcome of each address.
    case lost([Outcome])
  }

  /// The outcome of an address when no address connected.
  enum Outcome: Hashable, Sendable {
    /// errno
    case failed(code: Int32)
    /// Neither connected nor refused within the time limit.
    case unanswered
    /// The time limit passed before this address was tried.
    case untried
  }

  private enum Runner {
    case waiting
    case connecting
    case failed(code: Int32)
  }

  /// Connection Attempt Delay (RFC 8305 §5): the head start that an address has over the next.
  static let headStart: Duration = .milliseconds(250)

  private var runners: [Runner]
  private let deadline: Instant
  private var nextStart: Instant?
  private var isOver = false

  /// - Parameter limit: the time limit for all addresses together.
  init(count: Int, limit: Duration, now: Instant) {
    self.runners = Array(repeating: .waiting, count: count)
    self.deadline = now + limit
  }

  /// When `timePassed` is due.
  var wake: Instant { nextStart.map { min($0, deadline) } ?? deadline }

  mutating func handle(_ event: Event, now: Instant) -> [Action] {
    guard !isOver else { return [] }
    switch event {
    case .started: return startNext(now)
    case .connected(let index):
      guard case .connecting = runners[index] else { return [] }
      isOver = true
      return running.filter { $0 != index }.map(Action.close) + [.won(index)]
    case .failed(let index, let code):
      guard case .connecting = runners[index] else { return [] }
      runners[index] = .failed(code: code)
      return startNext(now)
    case .timePassed:
      guard now >= wake else { return [] }
      return startNext(now)
    }
  }

  private var running: [Int] {
    runners.indices.filter { if case .connecting = runners[$0] { true } else { false } }
  }

  private mutating func startNext(_ now: Instant) -> [Action] {
    guard now < deadline else { return lose() }
    let waiting = runners.indices.filter { if case .waiting = runners[$0] { true } else { false } }
    nextStart = waiting.count > 1 ? now + AddressRace.headStart : nil
    guard let next = waiting.first else { return running.isEmpty ? lose() : [] }
    runners[next] = .connecting
    return [.connect(next)]
  }

  private mutating func lose() -> [Action] {
    isOver = true
    let outcomes = runners.map { runner -> Outcome in
      switch runner {
      case .waiting: .untried
      case .connecting: .unanswered
      case .failed(let code): .failed(code: code)
      }
    }
    return running.map(Action.close) + [.lost(outcomes)]
  }

  /// Returns each address once, in the resolver's order but with alternating families, beginning with the family of the
  /// first address (RFC 8305 §4, with a First Address Family Count of 1).
  static func order<Address: Hashable>(
    _ addresses: [Address], family: (Address) -> Int32
  ) -> [Address] {
    var seen: Set<Address> = []
    let distinct = addresses.filter { seen.insert($0).inserted }
    guard let first = distinct.first.map(family) else { return [] }
    var ours = distinct.filter { family($0) == first }[...]
    var others = distinct.filter { family($0) != first }[...]
    var ordered: [Address] = []
    while !ours.isEmpty || !others.isEmpty {
      if let next = ours.popFirst() { ordered.append(next) }
      if let next = others.popFirst() { ordered.append(next) }
    }
    return ordered
  }
}
