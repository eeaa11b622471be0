import Foundation
import TestSupport

/// Simulates a day of use in some minutes: polls, client runs, connections, killed sessions, incidents and reloads,
/// hour by hour, with the guard's resource use after each hour.
final class Soak {
  /// The load of an hour of a busy day: a poll every 15 s, and more of the other operations than usual.
  private enum Hour {
    static let polls = 240
    static let clientLatency = 1000
    static let connections = 1000
    static let atOnce = 200
    static let kills = 20
    static let incidents = 2
    static let reloads = 2
  }

  /// One-time allocations have happened by this hour.
  private static let warm = 4
  private static let hours = 24

  private let demo: GuardedDemo

  init() throws {
    demo = try GuardedDemo(interval: 15)
    guard eventually(within: .seconds(60), every: .milliseconds(100), { demo.seenNodes() == 3 }) else {
      throw FixtureError.failed("the guard does not see the cluster: \(demo.guarding.errors)")
    }
  }

  /// - Parameter report: called with a line of the table after each hour.
  /// - Returns: the resources that grew from the fourth hour to the last; empty if none did.
  func live(report: (String) -> Void) throws -> [String] {
    report(
      "A day in hours of \(Hour.polls) polls, \(Hour.clientLatency) clientLatency, \(Hour.connections) connections and "
        + "\(Hour.atOnce) at once, \(Hour.kills) killed sessions, \(Hour.incidents) incidents, \(Hour.reloads) reloads"
    )
    report(Self.row(["AFTER", "RESIDENT KiB", "DESCRIPTORS", "THREADS"]))
    var warm: Footprint?
    var last: Footprint?
    for hour in 1...Self.hours {
      try live(hour)
      let now = try settled(like: warm)
      if hour == Self.warm { warm = now }
      last = now
      report(Self.row(["\(hour) h", "\(now.residentKiB)", "\(now.descriptors)", "\(now.threads)"]))
    }
    guard let warm, let last else { return ["nothing was measured"] }
    let growth = [
      (what: "KiB of memory", by: last.residentKiB - warm.residentKiB, atMost: 4096),
      (what: "descriptors", by: last.descriptors - warm.descriptors, atMost: 2),
      (what: "threads", by: last.threads - warm.threads, atMost: 2),
    ]
    return growth.filter { $0.by > $0.atMost }.map { "\($0.by) \($0.what) more than after \(Self.warm) h" }
  }

  private func live(_ hour: Int) throws {
    for number in 0..<Hour.polls {
      try poll()
      if number.isMultiple(of: Hour.polls / Hour.incidents) { try liveThroughIncident() }
      if number.isMultiple(of: Hour.polls / Hour.kills) { try killSession() }
      if number.isMultiple(of: Hour.polls / Hour.reloads) { _ = demo.request("/v1/reload", method: "POST") }
    }
    for number in 0..<Hour.clientLatency where demo.status() == nil {
      throw FixtureError.failed("question \(number) of hour \(hour) has no answer")
    }
    for number in 0..<Hour.connections { try exchange([UInt8(truncatingIfNeeded: number)]) }
    let crowd = try (0..<Hour.atOnce).map { _ in try connect() }
    for (number, socket) in crowd.enumerated() { try send(Self.bytes(number), on: socket) }
    for (number, socket) in crowd.enumerated() { try expect(Self.bytes(number), on: socket) }
  }

  private func poll() throws {
    func last() -> String? { (demo.seenCluster()?["poll"] as? [String: Any])?["at"] as? String }
    let before = last()
    _ = demo.request("/v1/poll", method: "POST")
    let isSeen = eventually(every: .milliseconds(3)) {
      guard let at = last() else { return false }
      return at != before
    }
    guard isSeen else { throw FixtureError.failed("a poll does not end") }
  }

  /// A node fails until the guard reports it, and then recovers until the guard reports that.
  private func liveThroughIncident() throws {
    for (change, isHealthy) in [("node-not-ready calypso", false), ("node-ready calypso", true)] {
      demo.begin(change)
      let isSeen = try eventually {
        try poll()
        return (demo.status()?["verdict"] as? String == "healthy") == isHealthy
      }
      guard isSeen else { throw FixtureError.failed("\(change) is not seen") }
    }
  }

  /// A connection that is made right after the kill is still served.
  private func killSession() throws {
    demo.server.killSessions()
    try exchange([7])
  }

  private func connect() throws -> LoopbackSocket {
    try LoopbackSocket(port: demo.echoPort, timeout: .seconds(60))
  }

  private func exchange(_ bytes: [UInt8]) throws {
    let socket = try connect()
    try send(bytes, on: socket)
    try expect(bytes, on: socket)
  }

  private func send(_ bytes: [UInt8], on socket: LoopbackSocket) throws {
    try socket.send(bytes)
    socket.finishSending()
  }

  private func expect(_ bytes: [UInt8], on socket: LoopbackSocket) throws {
    guard try socket.receiveAll() == bytes else { throw FixtureError.failed("other bytes came back") }
  }

  private static func bytes(_ number: Int) -> [UInt8] {
    (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
  }

  /// The resource use after all closed connections are gone. Threads and connections end some seconds after they became
  /// idle.
  private func settled(like warm: Footprint?) throws -> Footprint {
    var now = try Footprint(pid: demo.guarding.pid)
    _ = try eventually(within: .seconds(40), every: .milliseconds(200)) {
      now = try Footprint(pid: demo.guarding.pid)
      guard let warm else { return false }
      return now.descriptors <= warm.descriptors && now.threads <= warm.threads
    }
    return now
  }

  private static func row(_ columns: [String]) -> String {
    columns.map { $0.padding(toLength: max($0.count, 15), withPad: " ", startingAt: 0) }.joined()
  }
}
