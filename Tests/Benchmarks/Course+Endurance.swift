import Foundation
import TestSupport

// What breaks, and what wears out.
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

  /// Connections one after another, then 500 at once, with every byte checked; then a session killed for each
  /// twenty of them, and a connection served after each. And what the guard holds meanwhile.
  func endure(_ count: Int) throws -> String {
    guard let process = guardProcess else { throw FixtureError.failed("no guard") }
    var lines = ["AFTER                          RESIDENT KiB   DESCRIPTORS   THREADS"]
    func note(_ moment: String) throws {
      let now = try Footprint(pid: process.pid)
      let columns = [now.residentKiB, now.descriptors, now.threads].map { "\($0)" }
      lines.append(
        moment.padding(toLength: 31, withPad: " ", startingAt: 0)
          + columns.map { $0.padding(toLength: 15, withPad: " ", startingAt: 0) }.joined())
    }
    for number in 1...count {
      try checked(number)
      if number == 1000 || number == count { try note("\(number) connections") }
    }
    try crowdOf500()
    try note("500 at once")
    let kills = count / 20
    for _ in 0..<kills { try serveAfterKill() }
    try note("\(kills) killed sessions")
    return lines.joined(separator: "\n")
  }

  private func checked(_ number: Int) throws {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
    let socket = try connect(echo.port, .guardForward)
    try socket.send(bytes)
    socket.finishSending()
    guard try socket.receiveAll() == bytes else { throw FixtureError.failed("bytes of \(number) differ") }
  }

  private func crowdOf500() throws {
    let sockets = try (0..<500).map { _ in try connect(echo.port, .guardForward) }
    for (number, socket) in sockets.enumerated() {
      try socket.send([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 5000))
      socket.finishSending()
    }
    for (number, socket) in sockets.enumerated() {
      guard try socket.receiveAll() == [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 5000)
      else {
        throw FixtureError.failed("bytes of \(number) differ")
      }
    }
  }
}
