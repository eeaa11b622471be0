internal import Foundation

/// Runs work on a thread of its own: a blocking server must not take one of the few that Swift tasks share.
package func spawnThread(_ work: @escaping @Sendable () -> Void) {
  let thread = Thread(block: work)
  thread.stackSize = 1 << 18
  thread.start()
}
