internal import Dispatch
internal import Synchronization

/// Whether a serial queue is still working. A job there may take long, as a reload does, so the last question may be
/// open, but the one before it must be answered.
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
