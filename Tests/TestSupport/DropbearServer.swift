internal import Foundation
internal import Glibc

/// A real Dropbear server on a loopback port, in which root can log in with the given keys.
///
/// It runs in a mount namespace with an empty home for root, so that it reads only its own ~/.ssh/authorized_keys.
package final class DropbearServer: Sendable {
  package static var isAvailable: Bool {
    geteuid() == 0 && program("dropbear") != nil && program("dropbearkey") != nil && program("unshare") != nil
  }
  package static let reason = "needs root and dropbear: apt-get install dropbear-bin"

  package let folder: TemporaryFolder
  package let port: Int
  /// The only user who can log in.
  package let user = "root"
  package var knownHosts: String { folder.file("known_hosts") }
  private let process: ChildProcess

  /// - Parameters:
  ///   - keys: lines of authorized_keys.
  ///   - options: additional arguments.
  package init(keys: String, options: [String] = []) throws {
    let folder = try TemporaryFolder()
    let port = try freePort()
    self.folder = folder
    self.port = port
    let made = try run("dropbearkey", ["-t", "ed25519", "-f", folder.file("host_key")])
    guard let line = made.output.split(separator: "\n").first(where: { $0.hasPrefix("ssh-ed25519 ") }) else {
      throw FixtureError.failed("dropbearkey: \(made.errors)")
    }
    try folder.write("[127.0.0.1]:\(port) \(line)\n", to: "known_hosts")
    try folder.write(keys, to: "keys")
    let home = getpwuid(0).map { String(cString: $0.pointee.pw_dir) } ?? "/root"
    let script = """
      mount -t tmpfs -o mode=700 tmpfs \(home) && mkdir -m 700 \(home)/.ssh &&
      install -m 600 \(folder.file("keys")) \(home)/.ssh/authorized_keys &&
      exec dropbear -F -E -r \(folder.file("host_key")) -P \(folder.file("pid")) -p 127.0.0.1:\(port) \(options.joined(separator: " "))
      """
    process = try ChildProcess("unshare", ["-m", "sh", "-c", script])
    let process = process
    guard eventually({ !process.isRunning || process.errors.contains("Not backgrounding") }),
      process.isRunning
    else { throw FixtureError.failed("no dropbear: \(process.errors)") }
  }

  package var log: String { process.errors }

  deinit {
    for pid in process.descendants { Glibc.kill(pid, SIGKILL) }
    process.kill()
  }
}
