internal import Synchronization

/// Cancels a run from another thread. The run checks it ten times per second.
package final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}

  package var isCancelled: Bool { flag.load(ordering: .acquiring) }

  package func cancel() { flag.store(true, ordering: .releasing) }

  package func reset() { flag.store(false, ordering: .releasing) }
}
