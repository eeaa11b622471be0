internal import Dispatch
internal import Synchronization

/// Checks that a serial queue is not blocked. A job such as a reload may take long, so the last probe may be
/// pending, but the one before it must have run.
final class QueueLiveness: Sendable {
  private let queue: DispatchQueue
  private let asked = Atomic<Int>(0)
  private let answered = Atomic<Int>(0)

  init(of queue: DispatchQueue) { self.queue = queue }

  var part: WatchdogFeed.Part {
    WatchdogFeed.Part { [self] in
      let number = asked.add(1, ordering: .relaxed).newValue
      queue.async { [self] in answered.store(number, ordering: .relaxed) }
      return { [self] in answered.load(ordering: .relaxed) >= number - 1 }
    }
  }
}
