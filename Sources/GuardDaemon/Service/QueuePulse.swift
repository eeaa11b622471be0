internal import Dispatch
internal import Synchronization

/// Whether a serial queue takes its turns. What runs there may take its time, as a reload does: the question of the
/// look before the last one must be answered, and not yet the last one's.
final class QueuePulse: Sendable {
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
