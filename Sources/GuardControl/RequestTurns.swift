internal import NIOCore

/// Answers requests in turns: one of each user, so that the requests of one user delay those of another by one request
/// only.
///
/// The event loop also accepts and reads. So requests get a share of its time: when it is used up, the next ones wait
/// for the next round.
// All state belongs to `loop`: every function runs on it.
final class RequestTurns: @unchecked Sendable {
  /// The time of the loop for requests until it accepts and reads again.
  private static let share: Duration = .milliseconds(5)
  private static let pause: TimeAmount = .milliseconds(1)

  private let loop: any EventLoop
  private var queue = UserQueue<() -> Void>()
  private var used: Duration = .zero
  private var isRunning = false
  private var isPaused = false

  init(loop: any EventLoop) {
    self.loop = loop
  }

  /// Calls `answer` now, or after requests of other users and earlier ones of this user.
  func enqueue(_ uid: UInt32, _ answer: @escaping () -> Void) {
    loop.preconditionInEventLoop()
    queue.append(answer, of: uid)
    // An answer lets the next request of its connection through, which must wait for its turn as well.
    if !isRunning { run() }
  }

  private func run() {
    isRunning = true
    while used < RequestTurns.share, let answer = queue.popFirst() {
      let start = ContinuousClock.now
      answer()
      used += ContinuousClock.now - start
    }
    isRunning = false
    guard !isPaused else { return }
    isPaused = true
    loop.scheduleTask(in: RequestTurns.pause) { [self] in
      isPaused = false
      used = .zero
      if !queue.isEmpty { run() }
    }
  }
}

/// A queue that is fair to users: one element per user in turn, in order of arrival. Pure.
struct UserQueue<Element> {
  private var waiting: [UInt32: [Element]] = [:]
  /// The users with waiting elements, in the order of their turns.
  private var turns: [UInt32] = []

  var isEmpty: Bool { turns.isEmpty }

  mutating func append(_ element: Element, of uid: UInt32) {
    if waiting[uid] == nil { turns.append(uid) }
    waiting[uid, default: []].append(element)
  }

  mutating func popFirst() -> Element? {
    guard !turns.isEmpty else { return nil }
    let uid = turns.removeFirst()
    guard var elements = waiting.removeValue(forKey: uid) else { return nil }
    let element = elements.removeFirst()
    if !elements.isEmpty {
      waiting[uid] = elements
      turns.append(uid)
    }
    return element
  }
}
