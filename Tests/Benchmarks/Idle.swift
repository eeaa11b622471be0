import Foundation
import TestSupport

/// What two tunnels cost while nobody uses them: the guard, which polls the demo cluster every 15 s, and `ssh -N -L`.
final class Idle {
  /// What /proc tells of a process (proc(5)).
  struct Footprint {
    let residentKiB: Int
    let threads: Int
    let descriptors: Int
    /// User and system time, in ticks of 10 ms.
    let ticks: Int
    /// Voluntary context switches of all threads: each is a sleep, and so a wake-up.
    let wakeUps: Int

    init(pid: Int32) throws {
      let folder = "/proc/\(pid)"
      let status = try String(contentsOfFile: "\(folder)/status", encoding: .utf8)
      let tasks = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/task")
      residentKiB = Self.number("VmRSS:", in: status)
      threads = tasks.count
      descriptors = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/fd").count
      wakeUps = tasks.reduce(0) { sum, task in
        let text = try? String(contentsOfFile: "\(folder)/task/\(task)/status", encoding: .utf8)
        return sum + Self.number("voluntary_ctxt_switches:", in: text ?? "")
      }
      // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field after it.
      let stat = try String(contentsOfFile: "\(folder)/stat", encoding: .utf8)
      let fields = (stat.split(separator: ")").last ?? "").split(separator: " ")
      ticks = fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    }

    private static func number(_ key: String, in text: String) -> Int {
      let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
      return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }
  }

  private let server: SSHServer
  private let folder: TemporaryFolder
  private var processes: [(name: String, process: ChildProcess)] = []
  private let cluster: ChildProcess

  init() throws {
    server = try SSHServer()
    folder = try TemporaryFolder()
    cluster = try ChildProcess(
      Self.program("demo-cluster"), ["--folder", folder.file("cluster"), "--attached"], takesInput: true)
    let portFile = folder.file("cluster/port")
    guard eventually(within: .seconds(20), { Self.port(in: portFile) != nil }),
      let target = Self.port(in: portFile)
    else { throw FixtureError.failed("the demo cluster does not start: \(cluster.errors)") }
    let local = try freePort()
    let kubeconfig = try String(contentsOfFile: folder.file("cluster/kubeconfig"), encoding: .utf8)
    try folder.write(
      kubeconfig.replacingOccurrences(of: "127.0.0.1:\(target)", with: "127.0.0.1:\(local)"), to: "kubeconfig"
    )
    try folder.write(
      """
      control: { socket: \(folder.file("guard.sock")) }
      clusters:
        - name: idle
          tunnel:
            host: tethys
            sshConfig: \(server.sshConfig)
            forwards: [{ listen: "127.0.0.1:\(local)", target: "127.0.0.1:\(target)" }]
          kubernetes: { kubeconfig: \(folder.file("kubeconfig")), context: default, poll: { interval: 15s } }
      """ + "\n", to: "guard.yaml")
    let guarding = try ChildProcess(Self.program("oceanid-guard"), ["--config", folder.file("guard.yaml")])
    processes.append(("oceanid-guard", guarding))
    let forward = "127.0.0.1:\(try freePort()):127.0.0.1:\(target)"
    let ssh = try ChildProcess("ssh", ["-F", server.sshConfig, "-N", "-L", forward, "tethys"])
    processes.append(("ssh -N -L", ssh))
  }

  deinit {
    for (_, process) in processes { process.kill() }
    cluster.kill()
  }

  /// A table; takes `seconds` and the half minute in which both start up.
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

  static func port(in file: String) -> Int? {
    (try? String(contentsOfFile: file, encoding: .utf8)).flatMap {
      Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  static func program(_ name: String) -> String {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(name)
      .path
  }
}
