import Foundation
import TestSupport

/// What the guard's polls cost, through a real tunnel: processor time and memory of the whole daemon, and bytes on the
/// wire between it and sshd.
final class Polls {
  private let server: SSHServer
  private let folder: TemporaryFolder
  private let cluster: ChildProcess
  private let guarding: ChildProcess
  private let title: String
  private let interval: Int
  private let nodes: Int

  /// - Parameters:
  ///   - interval: seconds.
  ///   - nodes: more than the three of Oceanid.
  init(interval: Int, nodes: Int = 0, kustomizations: Int = 0) throws {
    self.interval = interval
    self.nodes = nodes + 3
    title = "\(nodes + 3) nodes, \(kustomizations + 3) Kustomizations and the rest of Oceanid"
    server = try SSHServer()
    folder = try TemporaryFolder()
    cluster = try ChildProcess(
      Idle.program("demo-cluster"),
      [
        "--folder", folder.file("cluster"), "--attached", "--nodes", "\(nodes)", "--kustomizations",
        "\(kustomizations)",
      ], takesInput: true)
    let portFile = folder.file("cluster/port")
    guard eventually(within: .seconds(20), { Idle.port(in: portFile) != nil }),
      let target = Idle.port(in: portFile)
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
        - name: polled
          tunnel:
            host: tethys
            sshConfig: \(server.sshConfig)
            forwards: [{ listen: "127.0.0.1:\(local)", target: "127.0.0.1:\(target)" }]
          kubernetes:
            kubeconfig: \(folder.file("kubeconfig"))
            poll: { interval: \(interval)s, timeout: 30s }
          expect: { secrets: [flux-system/github-token] }
      """ + "\n", to: "guard.yaml")
    guarding = try ChildProcess(Idle.program("oceanid-guard"), ["--config", folder.file("guard.yaml")])
  }

  deinit {
    guarding.kill()
    cluster.kill()
  }

  /// A line, after so many polls.
  func measure(polls: Int) throws -> String {
    // The first ones make connections and look around; the cluster writes its lists.
    guard eventually(within: .seconds(120), every: .seconds(1), { seenNodes() == nodes }) else {
      throw FixtureError.failed("the guard does not see the cluster: \(guarding.errors)")
    }
    Thread.sleep(forTimeInterval: TimeInterval(interval * 2))
    let before = try Idle.Footprint(pid: guarding.pid)
    let bytesBefore = try bytes()
    Thread.sleep(forTimeInterval: TimeInterval(interval * polls))
    let after = try Idle.Footprint(pid: guarding.pid)
    let bytesAfter = try bytes()
    let milliseconds = Double(after.ticks - before.ticks) * 10 / Double(polls)
    let kilobytes = (bytesAfter - bytesBefore) / polls / 1000
    guard seenNodes() == nodes else { throw FixtureError.failed("a poll failed: \(guarding.errors)") }
    return
      "\(title): \((milliseconds * 10).rounded() / 10) ms of processor time, \(kilobytes) KB on the wire a poll, "
      + "\(try peak() >> 10) MiB at most, \(after.residentKiB >> 10) MiB between polls"
  }

  /// By the daemon's own document.
  private func seenNodes() -> Int? {
    let answer = try? run(
      "curl", ["-s", "--unix-socket", folder.file("guard.sock"), "http://oceanid/v1/status"])
    let document = answer.flatMap { try? JSONSerialization.jsonObject(with: Data($0.output.utf8)) }
    let clusters = (document as? [String: Any])?["clusters"] as? [[String: Any]]
    let poll = clusters?.first?["poll"] as? [String: Any]
    guard poll?["ok"] as? Bool == true else { return nil }
    return (clusters?.first?["nodes"] as? [Any])?.count
  }

  private func peak() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(guarding.pid)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
  }

  /// Both ways, of all connections with sshd.
  private func bytes() throws -> Int {
    let sockets = try run("ss", ["-tinOH", "dport", "= :\(server.port)"])
    return sockets.output.split(whereSeparator: \.isWhitespace).reduce(0) { sum, word in
      let parts = word.split(separator: ":")
      guard parts.count == 2, ["bytes_sent", "bytes_received"].contains(parts[0]) else { return sum }
      return sum + (Int(parts[1]) ?? 0)
    }
  }
}
