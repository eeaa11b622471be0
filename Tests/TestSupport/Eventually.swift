internal import Glibc

/// Polls a condition until it is true or the time is up, and returns its last value.
package func eventually(
  within limit: Duration = .seconds(30), every pause: Duration = .milliseconds(10),
  _ condition: () throws -> Bool
) rethrows -> Bool {
  let deadline = ContinuousClock.now + limit * slowness
  while true {
    if try condition() { return true }
    if ContinuousClock.now >= deadline { return false }
    usleep(
      UInt32(
        clamping: pause.components.seconds * 1_000_000 + pause.components.attoseconds / 1_000_000_000_000))
  }
}

/// Polls an asynchronous condition.
package func eventually(
  within limit: Duration = .seconds(30), every pause: Duration = .milliseconds(10),
  isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async throws -> Bool {
  let deadline = ContinuousClock.now + limit * slowness
  while true {
    if try await condition() { return true }
    if ContinuousClock.now >= deadline { return false }
    try await Task.sleep(for: pause)
  }
}
