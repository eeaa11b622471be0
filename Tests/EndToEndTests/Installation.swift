import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// A complete installation on loopback: a real sshd, the demo cluster, the real daemon and the real client.
final class Installation {
  let server: SSHServer
  let cluster: DemoCluster
  let folder: TemporaryFolder
  /// The local end of the forward.
  let port: Int
  private(set) var daemon: ChildProcess
  /// Environment variables of the daemon in addition to the default ones.
  private let environment: [String: String]
  private let descriptors: Int?

  static let programs = Bundle.main.executableURL?.deletingLastPathComponent().path ?? "."
  static let guardProgram = built("oceanid-guard")
  static let client = built("oceanid-ctl")

  /// - Parameters:
  ///   - options: lines of sshd_config.
  ///   - isStarted: true to start the daemon.
  ///   - environment: variables of the daemon in addition to the default ones.
  ///   - descriptors: the daemon's limit on descriptors; nil selects the limit of this process.
  ///   - prepare: changes the fixture before the daemon starts.
  init(
    options: [String] = [], hold: String = "10s", isStarted: Bool = true, environment: [String: String] = [:],
    descriptors: Int? = nil,
    prepare: (SSHServer, TemporaryFolder) throws -> Void = { _, _ in }
  ) throws {
    self.environment = environment
    self.descriptors = descriptors
    folder = try TemporaryFolder()
    server = try SSHServer(options: options)
    cluster = try DemoCluster.start(certificates: Certificates.make(in: folder.file("pki")))
    port = try freePort()
    try cluster.writeKubeconfig(to: folder.file("kubeconfig"), server: port)
    try Self.write(folder, server, port, cluster.port, hold)
    try FileManager.default.createDirectory(
      atPath: folder.file("state"), withIntermediateDirectories: false)
    try prepare(server, folder)
    daemon = isStarted ? try Self.start(folder, environment, descriptors) : try ChildProcess("/bin/true")
  }

  /// An installation whose only alert channel is a webhook of this receiver.
  convenience init(notifying receiver: WebReceiver) throws {
    try self.init { _, folder in
      let yaml = try String(contentsOfFile: folder.file("guard.yaml"), encoding: .utf8)
      try folder.write(
        yaml + """
          alerts:
            - name: hook
              webhook: { url: "http://127.0.0.1:\(receiver.port)/hook" }
          """ + "\n", to: "guard.yaml")
    }
  }

  deinit {
    daemon.terminate()
    if daemon.wait(within: .seconds(10)) == nil { daemon.kill() }
    cluster.stop()
  }

  var socket: String { folder.file("guard.sock") }
  var kubeconfig: String { folder.file("kubeconfig") }
  var configuration: String { folder.file("guard.yaml") }
  var log: String { daemon.errors }

  /// Ends the daemon; `restart` starts it again.
  func stop() throws {
    daemon.terminate()
    guard daemon.wait(within: .seconds(10)) != nil else {
      throw FixtureError.failed("the daemon does not end")
    }
  }

  /// - Parameter killing: true to use SIGKILL.
  func stop(killing: Bool = false) {
    if killing { daemon.kill() } else { daemon.terminate() }
    _ = daemon.wait(within: .seconds(10))
  }

  /// - Parameter killing: true to use SIGKILL.
  func restart(killing: Bool = false) throws {
    stop(killing: killing)
    daemon = try Self.start(folder, environment, descriptors)
  }

  /// Runs the client.
  func ctl(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
    try ctl(arguments, environment: [:])
  }

  func ctl(
    _ arguments: [String], environment: [String: String]
  ) throws -> (status: Int32, output: String, errors: String) {
    let result = try run(
      Self.client, arguments + ["--socket", socket],
      environment: environment.merging(["PATH": "/usr/bin:/bin", "HOME": folder.path]) { first, _ in first })
    guard case .exited(let status) = result.exit else {
      throw FixtureError.failed("oceanid-ctl: \(result.exit)")
    }
    return (status, result.output, result.errors)
  }

  func status() throws -> StatusDocument {
    try DocumentCoding.decode(StatusDocument.self, from: Data(try ctl("status", "--json").output.utf8))
  }

  /// The document of the only cluster when `condition` is true, or the last document.
  func waitFor(
    within limit: Duration = .seconds(60), _ condition: (StatusDocument, ClusterDocument) -> Bool
  ) throws -> Seen {
    var last: (StatusDocument, ClusterDocument)?
    let holds = eventually(within: limit, every: .milliseconds(100)) {
      guard let document = try? status(), let cluster = document.clusters.first else { return false }
      last = (document, cluster)
      return condition(document, cluster)
    }
    guard let (document, cluster) = last else {
      throw FixtureError.failed("the daemon never answered: \(log)")
    }
    return Seen(holds: holds, document: document, cluster: cluster)
  }

  /// The last documents while a test waited, and whether the condition became true.
  struct Seen: CustomTestStringConvertible {
    let holds: Bool
    let document: StatusDocument
    let cluster: ClusterDocument

    var testDescription: String {
      "\(document.verdict.rawValue), tunnel \(cluster.tunnel.state?.rawValue ?? "unknown"), \(document.problems.map(\.id))"
    }
  }

  func waitUntilHealthy() throws -> Bool { try waitFor { document, _ in document.verdict == .healthy }.holds }

  private static func built(_ name: String) -> String {
    // Under `swift test`, the runner is in the toolchain's folder; the test bundle is beside the programs.
    let candidates = CommandLine.arguments.compactMap { argument -> String? in
      guard let range = argument.range(of: "/oceanid-guardPackageTests.xctest") else { return nil }
      return String(argument[..<range.lowerBound])
    }
    let folders = candidates + [programs, FileManager.default.currentDirectoryPath + "/.build/debug"]
    let paths = folders.map { "\($0)/\(name)" }
    return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? name
  }

  private static func start(
    _ folder: TemporaryFolder, _ environment: [String: String], _ descriptors: Int?
  ) throws -> ChildProcess {
    let command = [guardProgram, "--config", folder.file("guard.yaml")]
    let limited = descriptors.map { ["prlimit", "--nofile=\($0)"] + command } ?? command
    return try ChildProcess(
      limited[0], Array(limited.dropFirst()),
      environment: [
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": folder.path, "NO_COLOR": "1",
        "STATE_DIRECTORY": folder.file("state"),
      ].merging(environment) { $1 })
  }

  private static func write(
    _ folder: TemporaryFolder, _ server: SSHServer, _ port: Int, _ target: Int, _ hold: String
  ) throws {
    try folder.write(
      """
      control:
        socket: \(folder.file("guard.sock"))
      clusters:
        - name: tethys
          tunnel:
            host: tethys
            sshConfig: \(server.sshConfig)
            forwards:
              - { listen: "127.0.0.1:\(port)", target: "127.0.0.1:\(target)" }
            keepalive: { interval: 1s, timeout: 5s }
            hold: \(hold)
          kubernetes:
            kubeconfig: \(folder.file("kubeconfig"))
            context: default
            poll: { interval: 1s, timeout: \(6 * slowness)s }
          expect:
            nodes: [srv712429, srv712695, calypso]
            gpu: { calypso: 1 }
            flux: { version: v2.6.4, namespace: flux-system }
            workloads: [cloudflared/cloudflared]
            secrets: [flux-system/github-token]
      """ + "\n", to: "guard.yaml")
  }
}

extension DemoCluster {
  /// A kubeconfig whose server is the local end of a forward.
  func writeKubeconfig(to path: String, server port: Int, as credential: Credential = .certificate(.valid))
    throws
  {
    try writeKubeconfig(to: path, as: credential)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacingOccurrences(of: "127.0.0.1:\(self.port)", with: "127.0.0.1:\(port)")
      .write(toFile: path, atomically: true, encoding: .utf8)
  }
}
