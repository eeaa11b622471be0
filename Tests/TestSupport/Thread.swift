internal import Foundation

/// Runs work on a new thread, so that a blocking server does not use a thread of the concurrency pool.
package func spawnThread(_ work: @escaping @Sendable () -> Void) {
  let thread = Thread(block: work)
  thread.stackSize = 1 << 18
  thread.start()
}
