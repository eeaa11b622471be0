import Foundation
import TestSupport

@testable import Tunnel

/// `Tests/hostile-server.py`: an SSH server that accepts any login and then misbehaves as the user name says.
final class HostileServer: Sendable {
  /// Prefers Debian's own Python, because another one in PATH may lack paramiko.
  private static let python = ["/usr/bin/python3", program("python3")].compactMap(\.self).first { python in
    (try? run(python, ["-c", "import paramiko"]))?.exit == .exited(0)
  }

  static var isAvailable: Bool { python != nil && SSHServer.isAvailable }
  static let reason =
    "no sshd, or no python3-paramiko here: start the tests with Tests/run, which installs them"

  let port: Int
  private let process: ChildProcess
  private let keys: SSHServer

  /// - Parameters:
  ///   - keys: the server whose host key and user key it uses.
  ///   - flood: the size of a flood in MiB.
  init(keys: SSHServer, flood: Int = 16) throws {
    guard let python = HostileServer.python else { throw FixtureError.failed(HostileServer.reason) }
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../hostile-server.py")
    let process = try ChildProcess(python, [script.path, keys.hostKey, "\(flood)"], takesInput: true)
    guard eventually(within: .seconds(20), { process.output.hasSuffix("\n") || !process.isRunning }),
      let port = Int(process.output.dropLast())
    else { throw FixtureError.failed("no hostile server: \(process.errors)") }
    self.port = port
    self.process = process
    self.keys = keys
    try keys.folder.write("[127.0.0.1]:\(port) " + keys.folder.read("host_key.pub"), to: "hostile_hosts")
  }

  /// Its log, which contains, for example, the seed of its random data.
  var log: String { process.errors }

  /// A configuration for a tunnel to it.
  func configuration(_ mode: String, target: Int = 9) -> TunnelConfiguration {
    TunnelConfiguration(
      host: "tethys", user: mode, port: UInt16(port), knownHostsFiles: [keys.folder.file("hostile_hosts")],
      sshConfig: keys.sshConfig, forwards: [.init(listen: .local(0), target: .local(target))],
      keepaliveInterval: .milliseconds(500), keepaliveTimeout: .seconds(2), sessionLimit: 1)
  }
}
