internal import Foundation
internal import Glibc
internal import Synchronization

/// A real sshd on a loopback port, with keys, a client configuration and known hosts of its own.
///
/// It runs as an ordinary user: as the test's own, or as `games` where the test runs as root, because root's
/// sshd wants a privilege separation user that only an installed package brings. (Not as `nobody`: systemd's user
/// database calls that account locked, and sshd refuses locked accounts.)
package final class SSHServer: Sendable {
  /// Where sshd was found: $SSHD, PATH, or the folder where `config/demo/sshd` unpacks it.
  package static let program: String? = {
    let environment = ProcessInfo.processInfo.environment
    let caches = [
      "/var/cache", environment["XDG_CACHE_HOME"] ?? "", (environment["HOME"] ?? "") + "/.cache",
    ]
    let places =
      [environment["SSHD"] ?? "", TestSupport.program("sshd") ?? ""]
      + caches.map { $0 + "/oceanid-guard/sshd/usr/sbin/sshd" }
    return places.first { !$0.isEmpty && FileManager.default.isExecutableFile(atPath: $0) }
  }()

  package static var isAvailable: Bool { program != nil && TestSupport.program("ssh-keygen") != nil }
  /// What to say when a test is skipped.
  package static let reason = "no sshd here: set SSHD, or start the tests with Tests/run, which unpacks one"

  package let folder: TemporaryFolder
  package let port: Int
  /// The one user who may log in.
  package let user: String
  package var hostKey: String { folder.file("host_key") }
  /// Private key of the user; the public one is beside it with `.pub`.
  package var userKey: String { folder.file("user_key") }
  /// A client configuration with `Host tethys`.
  package var sshConfig: String { folder.file("ssh_config") }
  package var knownHosts: String { folder.file("known_hosts") }

  private let process = Mutex<ChildProcess?>(nil)
  private let options: [String]
  private let earlierLogs = Mutex("")

  /// Makes keys and configuration and starts to listen.
  ///
  /// - Parameter options: further lines of sshd_config; they come first, and sshd takes the first of each.
  package init(options: [String] = []) throws {
    guard Self.isAvailable else { throw FixtureError.failed(Self.reason) }
    folder = try TemporaryFolder()
    port = try freePort()
    user = geteuid() == 0 ? "games" : NSUserName()
    self.options = options
    try makeKey("host_key")
    try makeKey("user_key")
    try lend(["host_key"])
    try folder.write(try folder.read("user_key.pub"), to: "authorized_keys")
    chmod(folder.file("authorized_keys"), 0o644)
    try writeKnownHosts()
    try folder.write(
      """
      Host tethys
        HostName 127.0.0.1
        Port \(port)
        User \(user)
        IdentityFile \(userKey)
        IdentitiesOnly yes
        UserKnownHostsFile \(knownHosts)
        GlobalKnownHostsFile /dev/null
        StrictHostKeyChecking yes
      """ + "\n", to: "ssh_config")
    try start()
  }

  deinit { stop() }

  /// What sshd said, from the first start to now.
  package var log: String { earlierLogs.withLock { $0 } + (process.withLock { $0?.errors } ?? "") }

  /// Listens again on the same port; nothing where it does already.
  package func start() throws {
    guard let program = Self.program, process.withLock({ $0 == nil }) else { return }
    try folder.write((options + configuration(program)).joined(separator: "\n") + "\n", to: "sshd_config")
    try lend(["sshd_config"])
    var command = [program, "-D", "-e", "-f", folder.file("sshd_config")]
    if geteuid() == 0 {
      command = ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups"] + command
    }
    let child = try ChildProcess(command[0], Array(command.dropFirst()))
    process.withLock { $0 = child }
    let listens = eventually { !child.isRunning || child.errors.contains("Server listening on") }
    guard listens, child.isRunning else {
      process.withLock { $0 = nil }
      throw FixtureError.failed("sshd does not listen on port \(port): \(child.errors)")
    }
  }

  /// Ends the listener and every session.
  package func stop() {
    guard let child = process.withLock({ $0.take() }) else { return }
    // A listener that is held still forks no more; what a session forks meanwhile is found in the next round.
    Glibc.kill(child.pid, SIGSTOP)
    var killed: Set<Int32> = []
    while true {
      let left = Set(child.descendants).subtracting(killed)
      if left.isEmpty { break }
      for pid in left { Glibc.kill(pid, SIGKILL) }
      killed.formUnion(left)
    }
    child.kill()
    earlierLogs.withLock { $0 += child.errors }
  }

  /// Cuts every open session; the listener stays.
  package func killSessions() {
    for pid in process.withLock({ $0?.descendants }) ?? [] { Glibc.kill(pid, SIGKILL) }
  }

  /// Cuts the session that began first, with all its processes: which of them holds the connection changes while it
  /// logs in.
  package func killOldestSession() {
    for pid in process.withLock({ $0?.oldestBranch }) ?? [] { Glibc.kill(pid, SIGKILL) }
  }

  /// Cuts the session that began last.
  package func killNewestSession() {
    if let session = process.withLock({ $0?.descendants })?.max() { Glibc.kill(session, SIGKILL) }
  }

  /// Stops every session without a goodbye, as a hung server or a dead path would look.
  package func pauseSessions() {
    for pid in process.withLock({ $0?.descendants }) ?? [] { Glibc.kill(pid, SIGSTOP) }
  }

  package func resumeSessions() {
    for pid in process.withLock({ $0?.descendants }) ?? [] { Glibc.kill(pid, SIGCONT) }
  }

  /// Processes that serve sessions now.
  package var sessionCount: Int { process.withLock { $0?.descendants.count } ?? 0 }

  /// Starts again on the same port with another host key; known_hosts keeps the old one.
  package func restartWithNewHostKey() throws {
    stop()
    for file in ["host_key", "host_key.pub"] { unlink(folder.file(file)) }
    try makeKey("host_key")
    try lend(["host_key"])
    try start()
  }

  /// known_hosts with the host key of now.
  package func writeKnownHosts() throws {
    try folder.write("[127.0.0.1]:\(port) " + (try folder.read("host_key.pub")), to: "known_hosts")
  }

  /// Makes an ed25519 key in the server's folder.
  @discardableResult
  package func makeKey(_ name: String, type: String = "ed25519", passphrase: String = "") throws -> String {
    let path = folder.file(name)
    let made = try run("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", "test", "-f", path])
    guard made.exit == .exited(0) else { throw FixtureError.failed("ssh-keygen: \(made.errors)") }
    return path
  }

  private func configuration(_ program: String) -> [String] {
    var lines = [
      "ListenAddress 127.0.0.1", "Port \(port)", "HostKey \(hostKey)",
      "AuthorizedKeysFile \(folder.file("authorized_keys"))", "PidFile none", "UsePAM no", "StrictModes no",
      "PasswordAuthentication no", "KbdInteractiveAuthentication no", "LogLevel VERBOSE", "MaxStartups 200",
      "MaxSessions 1000", "UseDNS no", "AllowTcpForwarding yes", "PerSourcePenalties no",
    ]
    // OpenSSH 9.8 split sshd in parts that it looks for where its package would have put them.
    let library = program.replacing("/usr/sbin/sshd", with: "/usr/lib/openssh")
    let isSplit = FileManager.default.isExecutableFile(atPath: library + "/sshd-session")
    if !isSplit { lines.removeLast() }
    if isSplit { lines.append("SshdSessionPath \(library)/sshd-session") }
    if FileManager.default.isExecutableFile(atPath: library + "/sshd-auth") {
      lines.append("SshdAuthPath \(library)/sshd-auth")
    }
    return lines
  }

  /// Gives files to the user that sshd runs as.
  private func lend(_ names: [String]) throws {
    guard geteuid() == 0, let entry = getpwnam(user) else { return }
    for name in names {
      guard chown(folder.file(name), entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else {
        throw FixtureError.system("chown \(name)", errno)
      }
    }
  }
}
