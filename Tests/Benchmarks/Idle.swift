import Foundation
import TestSupport

/// The cost of two unused tunnels: the guard, which polls the demo cluster every 15 s, and `ssh -N -L`.
final class Idle {
  private let demo: GuardedDemo
  private let ssh: ChildProcess

  init() throws {
    demo = try GuardedDemo(interval: 15)
    let forward = "127.0.0.1:\(try freePort()):127.0.0.1:\(demo.target)"
    ssh = try ChildProcess("ssh", ["-F", demo.server.sshConfig, "-N", "-L", forward, "tethys"])
  }

  deinit { ssh.kill() }

  private var processes: [(name: String, process: ChildProcess)] {
    [("oceanid-guard", demo.guarding), ("ssh -N -L", ssh)]
  }

  /// Returns a table. It takes `seconds`, and half a minute for the start of both.
  func measure(seconds: Int) throws -> String {
    Thread.sleep(forTimeInterval: 30)
    let before = try processes.map { try Footprint(pid: $0.process.pid) }
    Thread.sleep(forTimeInterval: TimeInterval(seconds))
    let after = try processes.map { try Footprint(pid: $0.process.pid) }
    let rows = zip(processes, zip(before, after)).map { entry, times in
      let (first, last) = times
      let share = Double(last.ticks - first.ticks) / Double(seconds)
      let wakeUps = Double(last.wakeUps - first.wakeUps) / Double(seconds)
      return "\(entry.name): \(last.residentKiB) KiB resident, \(Self.rounded(share)) % of a core, "
        + "\(Self.rounded(wakeUps)) wake-ups a second, \(last.threads) threads, \(last.descriptors) descriptors"
    }
    return (["IDLE FOR \(seconds) s"] + rows).joined(separator: "\n")
  }

  private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
