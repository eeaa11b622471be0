import Foundation
import TestSupport

// What breaks.
extension Course {
  /// The session's process is killed; how long until a connection made at once is served. The guard holds it; where
  /// it is refused, it is made again and again.
  func serveAfterKill(_ contestant: Contestant = .guardForward) throws {
    server.killSessions()
    try exchangeSomehow(contestant)
  }

  /// From sshd listening again to a connection served that was made while it was down, in milliseconds.
  func serveAfterRestart(_ contestant: Contestant) throws -> Double {
    server.stop()
    let waiting = contestant == .guardForward ? try connect(echo.port, contestant) : nil
    try waiting?.send([7])
    try server.start()
    return try 1000
      * seconds {
        guard let waiting else { return try exchangeSomehow(contestant) }
        guard try waiting.receive() == [7] else { throw FixtureError.failed("not served") }
      }
  }

  private func exchangeSomehow(_ contestant: Contestant) throws {
    guard contestant != .guardForward else { return try exchange(echo.port, contestant) }
    let isServed = eventually(within: .seconds(120), every: .milliseconds(1)) {
      (try? exchange(echo.port, contestant)) != nil
    }
    guard isServed else { throw FixtureError.failed("\(contestant.rawValue) did not come back") }
  }
}
