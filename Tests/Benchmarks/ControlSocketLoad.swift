import Foundation
import Platform
import Synchronization
import TestSupport

/// The load that the control socket can handle: many queries, many watchers, and idle connections.
final class ControlSocketLoad {
  /// A measured value with its limit.
  struct Requirement {
    let name: String
    let value: Double
    let unit: String
    let limit: Double

    var isMet: Bool { value <= limit }
  }

  private static let perSecond = 1000
  private static let status = Array(
    "GET /v1/status HTTP/1.1\r\nHost: oceanid\r\nConnection: close\r\n\r\n".utf8)
  private static let watch = Array("GET /v1/watch HTTP/1.1\r\nHost: oceanid\r\n\r\n".utf8)

  private let demo: GuardedDemo

  init() throws {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = min(4096, limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    demo = try GuardedDemo(interval: 5)
    guard eventually(within: .seconds(60), every: .seconds(1), { [demo] in demo.seenNodes() == 3 }) else {
      throw FixtureError.failed("the guard does not see the cluster: \(demo.guarding.errors)")
    }
  }

  func measure(seconds: Int) throws -> [Requirement] {
    // Allocations in the first seconds do not count as growth.
    _ = try ask(seconds: 5)
    let before = try Footprint(pid: demo.guarding.pid)
    let latencies = try ask(seconds: seconds)
    Thread.sleep(forTimeInterval: 2)
    let after = try Footprint(pid: demo.guarding.pid)
    let calm = try ask(seconds: 5)
    let crowded = try ask(seconds: 5, beside: 200)
    return [
      Requirement(name: "query, p50", value: Self.share(0.5, of: latencies), unit: "ms", limit: 5),
      Requirement(name: "query, p99", value: Self.share(0.99, of: latencies), unit: "ms", limit: 5),
      Requirement(
        name: "growth of the guard's memory", value: Double(after.residentKiB - before.residentKiB) / 1024,
        unit: "MiB", limit: 1),
      Requirement(
        name: "growth of its descriptors", value: Double(after.descriptors - before.descriptors), unit: "",
        limit: 0),
      Requirement(
        name: "query, p99 beside 200 idle ones, more by",
        value: max(0, Self.share(0.99, of: crowded) - Self.share(0.99, of: calm)), unit: "ms", limit: 5),
      Requirement(name: "change, the last of 500 watchers", value: try watchers(500), unit: "ms", limit: 200),
    ]
  }

  // MARK: - ControlSocketLoad

  /// Sends a thousand queries per second, each on its own connection, like clients do. Returns sorted latencies in
  /// milliseconds, measured from the time when each query was due, so that a pause of the guard affects all queries
  /// that were due in it.
  private func ask(seconds: Int, beside idle: Int = 0) throws -> [Double] {
    let crowd = try IdleClients(idle, socket: demo.socket)
    defer { crowd.end() }
    let threads = 16
    let pause = Double(threads) / Double(Self.perSecond)
    let total = seconds * Self.perSecond / threads
    let socket = demo.socket
    let results = Results()
    let start = DispatchTime.now().uptimeNanoseconds + 100_000_000
    let running = (0..<threads).map { number in
      let thread = Thread {
        var latencies: [Double] = []
        for turn in 0..<total {
          let due = start + UInt64((Double(turn) + Double(number) / Double(threads)) * pause * 1e9)
          let now = DispatchTime.now().uptimeNanoseconds
          if due > now { Thread.sleep(forTimeInterval: Double(due - now) / 1e9) }
          guard Self.query(socket) else {
            results.fail()
            continue
          }
          latencies.append(Double(DispatchTime.now().uptimeNanoseconds - due) / 1e6)
        }
        results.add(latencies)
      }
      thread.start()
      return thread
    }
    guard eventually(within: .seconds(seconds + 60), { running.allSatisfy(\.isFinished) }) else {
      throw FixtureError.failed("queries do not end")
    }
    let (latencies, failures) = results.all
    guard failures == 0 else { throw FixtureError.failed("\(failures) queries had no answer") }
    return latencies.sorted()
  }

  /// True if a complete response with status 200 was received.
  private static func query(_ socket: String) -> Bool {
    do {
      let stream = try UnixStream(path: socket, timeout: .seconds(10))
      try stream.write(status, until: .now + .seconds(10))
      var answer = try stream.read(atMost: 262_144, until: .now + .seconds(10))
      guard answer.starts(with: Array("HTTP/1.1 200".utf8)) else { return false }
      while !answer.isEmpty { answer = try stream.read(atMost: 262_144, until: .now + .seconds(10)) }
      return true
    } catch {
      return false
    }
  }

  private static func share(_ share: Double, of sorted: [Double]) -> Double {
    sorted.isEmpty ? .infinity : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }

  // MARK: - Watchers

  /// The delay of the slowest watcher in milliseconds from the time in the change; the maximum over several changes.
  private func watchers(_ count: Int) throws -> Double {
    let watchers = try Watchers(count, socket: demo.socket, request: Self.watch)
    var worst = 0.0
    for round in 0..<6 {
      // A change is sent after the next poll ends.
      demo.begin(round.isMultiple(of: 2) ? "node-not-ready calypso" : "node-ready calypso")
      let event = round.isMultiple(of: 2) ? "problem_opened" : "problem_closed"
      _ = demo.request("/v1/poll", method: "POST")
      worst = max(worst, try watchers.delay(of: event, within: .seconds(20)))
    }
    return worst
  }

  // MARK: - The table

  static func text(_ figures: [Requirement]) -> String {
    let rows = figures.map { figure in
      "\(figure.name): \(rounded(figure.value)) \(figure.unit), at most \(rounded(figure.limit)): "
        + (figure.isMet ? "kept" : "MISSED")
    }
    return (["CONTROL SOCKET"] + rows).joined(separator: "\n")
  }

  static func json(_ figures: [Requirement]) -> String {
    let rows = figures.map {
      "{\"measured\":\"\($0.name)\",\"unit\":\"\($0.unit)\",\"value\":\(rounded($0.value)),\"limit\":\(rounded($0.limit))}"
    }
    return "[\n  \(rows.joined(separator: ",\n  "))\n]"
  }

  private static func rounded(_ value: Double) -> Double {
    value.isFinite ? (value * 100).rounded() / 100 : 1e9
  }

  /// The results of several threads.
  private final class Results: Sendable {
    private let state = Mutex<(latencies: [Double], failures: Int)>(([], 0))

    func add(_ latencies: [Double]) { state.withLock { $0.latencies += latencies } }
    func fail() { state.withLock { $0.failures += 1 } }
    var all: (latencies: [Double], failures: Int) { state.withLock { $0 } }
  }
}
