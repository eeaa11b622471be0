import Foundation
import TestSupport

// Interruptions of the session.
extension ForwardTestbed {
  /// Kills the session's process and waits until a connection made at once is served. The guard holds the connection;
  /// with other implementations it is refused and retried.
  func serveAfterKill(_ implementation: Implementation = .guardForward) throws {
    server.killSessions()
    try exchangeSomehow(implementation)
  }

  /// The time in milliseconds from the restart of sshd until a connection that was made before is served.
  func serveAfterRestart(_ implementation: Implementation) throws -> Double {
    server.stop()
    let waiting = implementation == .guardForward ? try connect(echo.port, implementation) : nil
    try waiting?.send([7])
    try server.start()
    return try 1000
      * seconds {
        guard let waiting else { return try exchangeSomehow(implementation) }
        guard try waiting.receive() == [7] else { throw FixtureError.failed("not served") }
      }
  }

  private func exchangeSomehow(_ implementation: Implementation) throws {
    guard implementation != .guardForward else { return try exchange(echo.port, implementation) }
    let isServed = eventually(within: .seconds(120), every: .milliseconds(1)) {
      (try? exchange(echo.port, implementation)) != nil
    }
    guard isServed else { throw FixtureError.failed("\(implementation.rawValue) did not come back") }
  }
}
