import Foundation
import TestSupport

/// The complete product on loopback: a demo cluster, an sshd, and a guard that polls the cluster through sshd.
final class GuardedDemo {
  let server: SSHServer
  let guarding: ChildProcess
  /// The demo cluster's own port.
  let target: Int
  /// The local end of a forward to an echo service.
  let echoPort: Int
  private let echo: TCPServer
  private let folder: TemporaryFolder
  private let cluster: ChildProcess

  /// - Parameters:
  ///   - interval: seconds between two polls.
  ///   - nodes: the number of additional nodes; `kustomizations` likewise.
  ///   - clusters: the number of clusters in guard.yaml. Each has its own session, forward and kubeconfig, and all end at
  ///     the same API.
  init(interval: Int, nodes: Int = 0, kustomizations: Int = 0, clusters: Int = 1) throws {
    // Many sessions begin at the same time.
    server = try SSHServer(options: ["MaxStartups 1000"])
    folder = try TemporaryFolder()
    cluster = try ChildProcess(
      Self.program("demo-cluster"),
      [
        "--folder", folder.file("cluster"), "--attached", "--nodes", "\(nodes)", "--kustomizations",
        "\(kustomizations)",
      ], takesInput: true)
    let portFile = folder.file("cluster/port")
    guard eventually(within: .seconds(20), { Self.port(in: portFile) != nil }),
      let target = Self.port(in: portFile)
    else { throw FixtureError.failed("the demo cluster does not start: \(cluster.errors)") }
    self.target = target
    let local = try freePort()
    echo = try TCPServer(.echo)
    echoPort = try freePort()
    let kubeconfig = try String(contentsOfFile: folder.file("cluster/kubeconfig"), encoding: .utf8)
    var yaml = "control: { socket: \(folder.file("guard.sock")) }\nclusters:\n"
    var used: Set = [local, echoPort]
    for number in 1...clusters {
      var port = local
      // A port that nothing listens on yet can be returned twice.
      while number > 1, !used.insert(port).inserted { port = try freePort() }
      let file = try folder.write(
        kubeconfig.replacingOccurrences(of: "127.0.0.1:\(target)", with: "127.0.0.1:\(port)"),
        to: number == 1 ? "kubeconfig" : "kubeconfig-\(number)")
      let echo =
        number == 1
        ? "\n        - { listen: \"127.0.0.1:\(echoPort)\", target: \"127.0.0.1:\(echo.port)\" }" : ""
      yaml += """
          - name: demo\(number == 1 ? "" : "-\(number)")
            tunnel:
              host: tethys
              sshConfig: \(server.sshConfig)
              forwards:
                - { listen: "127.0.0.1:\(port)", target: "127.0.0.1:\(target)" }\(echo)
            kubernetes:
              kubeconfig: \(file)
              context: default
              poll: { interval: \(interval)s, timeout: 30s }
            expect: { secrets: [flux-system/github-token] }

        """
    }
    try folder.write(yaml, to: "guard.yaml")
    guarding = try ChildProcess(Self.program("oceanid-guard"), ["--config", folder.file("guard.yaml")])
  }

  deinit {
    guarding.kill()
    cluster.kill()
  }

  var socket: String { folder.file("guard.sock") }
  var kubeconfig: String { folder.file("kubeconfig") }

  /// Starts a fault of the demo cluster, for example `node-not-ready calypso`.
  func begin(_ fault: String) { cluster.send(fault + "\n") }

  /// The body of a response from the control socket; nil if no complete response was received.
  func request(_ path: String, method: String = "GET") -> Data? {
    let words = "\(method) \(path) HTTP/1.1\r\nHost: oceanid\r\nConnection: close\r\n\r\n"
    guard let connection = try? LoopbackSocket(path: socket),
      (try? connection.send(Array(words.utf8))) != nil,
      let answer = try? Data(connection.receiveAll()), let end = answer.firstRange(of: Data("\r\n\r\n".utf8))
    else { return nil }
    return answer[end.upperBound...]
  }

  /// The response to `GET /v1/status`.
  func status() -> [String: Any]? {
    request("/v1/status").flatMap { try? JSONSerialization.jsonObject(with: $0) } as? [String: Any]
  }

  /// The cluster in the daemon's status document.
  func seenCluster() -> [String: Any]? { (status()?["clusters"] as? [[String: Any]])?.first }

  /// The number of nodes in the daemon's document; nil if no poll has succeeded.
  func seenNodes() -> Int? {
    let cluster = seenCluster()
    guard (cluster?["poll"] as? [String: Any])?["ok"] as? Bool == true else { return nil }
    let omitted = (cluster?["omitted"] as? [String: Any])?["nodes"] as? [String: Any]
    return omitted?["total"] as? Int ?? (cluster?["nodes"] as? [Any])?.count
  }

  /// The number of clusters that are healthy.
  func healthyClusters() -> Int {
    (status()?["clusters"] as? [[String: Any]])?.count { $0["verdict"] as? String == "healthy" } ?? 0
  }

  private static func port(in file: String) -> Int? {
    (try? String(contentsOfFile: file, encoding: .utf8)).flatMap {
      Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  static func program(_ name: String) -> String {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(name)
      .path
  }
}
