import Foundation
import TestSupport

// How the sessions of the guard share bulk.
extension ForwardTestbed {
  /// Four streams for each session that may carry bulk, all at once. All streams have the same number of bytes, so a
  /// session's part of the connections is its part of the bytes.
  ///
  /// - Returns: the parts of the busiest session and of the busiest thread in percent.
  func shares() throws -> (bytes: Double, processor: Double) {
    let sessions = ProcessInfo.processInfo.activeProcessorCount
    guard let child = processes.first else { throw FixtureError.failed("there is no guard") }
    let before = try Self.ticks(of: child.pid)
    let done = DispatchGroup()
    for _ in 0..<4 * sessions {
      done.enter()
      spawnThread {
        try? self.download(.guardForward)
        done.leave()
      }
    }
    var busiest: [Int] = []
    repeat {
      let open = try openConnections()
      if open.reduce(0, +) >= busiest.reduce(0, +) { busiest = open }
    } while done.wait(timeout: .now() + .milliseconds(20)) == .timedOut
    let spent = try Self.ticks(of: child.pid).map { thread, ticks in ticks - (before[thread] ?? 0) }
    return (Self.largestPart(of: busiest), Self.largestPart(of: spent))
  }

  private static func largestPart(of numbers: [Int]) -> Double {
    100 * Double(numbers.max() ?? 0) / Double(max(1, numbers.reduce(0, +)))
  }

  /// The open connections of each session.
  private func openConnections() throws -> [Int] {
    struct Status: Decodable {
      struct Session: Decodable { let openConnections: Int }
      struct Tunnel: Decodable { let sessions: [Session] }
      struct Cluster: Decodable { let tunnel: Tunnel }
      let clusters: [Cluster]
    }
    let socket = try LoopbackSocket(path: controlSocket)
    try socket.send(Array("GET /v1/status HTTP/1.1\r\nHost: oceanid\r\nConnection: close\r\n\r\n".utf8))
    let answer = Data(try socket.receiveAll())
    guard let head = answer.range(of: Data("\r\n\r\n".utf8)) else { throw FixtureError.failed("no status") }
    let status = try JSONDecoder().decode(Status.self, from: answer[head.upperBound...])
    return status.clusters.flatMap { $0.tunnel.sessions.map(\.openConnections) }
  }

  /// The processor time of the threads that carry sessions, in ticks.
  private static func ticks(of pid: Int32) throws -> [String: Int] {
    let folder = "/proc/\(pid)/task"
    var ticks: [String: Int] = [:]
    for thread in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let name = (try? String(contentsOfFile: "\(folder)/\(thread)/comm", encoding: .utf8)) ?? ""
      guard name.hasPrefix("tunnel") || name.hasPrefix("session") else { continue }
      // The name in parentheses may contain spaces; utime and stime are the 12th and 13th fields after it (proc(5)).
      let stat = (try? String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8)) ?? ""
      let fields = (stat.split(separator: ")").last ?? "").split(separator: " ")
      if fields.count > 12 { ticks[thread] = (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) }
    }
    return ticks
  }
}
