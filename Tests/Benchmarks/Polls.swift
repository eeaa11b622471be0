import Foundation
import TestSupport

/// The cost of the guard's polls through a real tunnel: processor time and memory of the whole daemon, and bytes on the
/// network between it and sshd.
final class Polls {
  private let demo: GuardedDemo
  private let title: String
  private let interval: Int
  private let nodes: Int

  /// - Parameters:
  ///   - interval: seconds.
  ///   - nodes: the number of additional nodes.
  init(interval: Int, nodes: Int = 0, kustomizations: Int = 0) throws {
    self.interval = interval
    self.nodes = nodes + 3
    title = "\(nodes + 3) nodes, \(kustomizations + 3) Kustomizations and the rest of Oceanid"
    demo = try GuardedDemo(interval: interval, nodes: nodes, kustomizations: kustomizations)
  }

  /// A line of the table, after this number of polls.
  func measure(polls: Int) throws -> String {
    // The first polls open connections and run discovery, and the demo cluster encodes its lists.
    guard eventually(within: .seconds(120), every: .seconds(1), { demo.seenNodes() == nodes }) else {
      throw FixtureError.failed("the guard does not see the cluster: \(demo.guarding.errors)")
    }
    Thread.sleep(forTimeInterval: TimeInterval(interval * 2))
    let before = try Footprint(pid: demo.guarding.pid)
    let bytesBefore = try bytes()
    Thread.sleep(forTimeInterval: TimeInterval(interval * polls))
    let after = try Footprint(pid: demo.guarding.pid)
    let bytesAfter = try bytes()
    let milliseconds = Double(after.ticks - before.ticks) * 10 / Double(polls)
    let kilobytes = (bytesAfter - bytesBefore) / polls / 1000
    guard demo.seenNodes() == nodes else {
      throw FixtureError.failed("a poll failed: \(demo.guarding.errors)")
    }
    return
      "\(title): \((milliseconds * 10).rounded() / 10) ms of processor time, \(kilobytes) KB on the wire a poll, "
      + "\(try peak() >> 10) MiB at most, \(after.residentKiB >> 10) MiB between polls"
  }

  private func peak() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(demo.guarding.pid)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
  }

  /// The bytes in both directions of all connections to sshd.
  private func bytes() throws -> Int {
    let sockets = try run("ss", ["-tinOH", "dport", "= :\(demo.server.port)"])
    return sockets.output.split(whereSeparator: \.isWhitespace).reduce(0) { sum, word in
      let parts = word.split(separator: ":")
      guard parts.count == 2, ["bytes_sent", "bytes_received"].contains(parts[0]) else { return sum }
      return sum + (Int(parts[1]) ?? 0)
    }
  }
}
