internal import Foundation
internal import Glibc
internal import Synchronization

/// A real sshd on a loopback port, with its own keys, client configuration and known hosts.
///
/// It runs as an ordinary user: the current one, or `games` if the test runs as root, because root's sshd needs the
/// privilege separation user of an installed package. (`nobody` is locked in systemd's user database, and sshd
/// refuses locked users.)
package final class SSHServer: Sendable {
  /// The path of sshd: $SSHD, from PATH, or from the folder in which `config/demo/sshd` unpacks it.
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
  /// The reason for skipping a test.
  package static let reason = "no sshd found: set SSHD, or run Tests/run, which unpacks one"

  package let folder: TemporaryFolder
  package let port: Int
  /// The only user who can log in.
  package let user: String
  package var hostKey: String { folder.file("host_key") }
  /// The user's private key; the public key is in the same folder with the suffix `.pub`.
  package var userKey: String { folder.file("user_key") }
  /// A client configuration with `Host tethys`.
  package var sshConfig: String { folder.file("ssh_config") }
  package var knownHosts: String { folder.file("known_hosts") }

  private let process = Mutex<ChildProcess?>(nil)
  private let options: [String]
  private let runsCommands: Bool
  private let pam: String?
  private let earlierLogs = Mutex("")

  /// Creates keys and configuration and starts to listen.
  ///
  /// - Parameter options: additional lines of sshd_config. They come first, and sshd uses the first value of each
  ///   keyword.
  /// - Parameter runsCommands: the user gets a shell, which sshd needs for commands.
  /// - Parameter pam: the lines of PAM's configuration for sshd (pam.conf(5)), for which the tests must run as root. Use
  ///   `UsePAM yes` with it.
  package init(options: [String] = [], runsCommands: Bool = false, pam: String? = nil) throws {
    guard Self.isAvailable else { throw FixtureError.failed(Self.reason) }
    folder = try TemporaryFolder()
    port = try freePort()
    user = geteuid() == 0 ? "games" : NSUserName()
    self.options = options
    self.runsCommands = runsCommands
    self.pam = pam
    try makeKey("host_key")
    try makeKey("user_key")
    try giveToUser(["host_key"])
    try folder.write(try folder.read("user_key.pub"), to: "authorized_keys")
    chmod(folder.file("authorized_keys"), 0o644)
    try writeKnownHosts()
    try folder.write(section("tethys", "StrictHostKeyChecking yes"), to: "ssh_config")
    try start()
  }

  deinit { stop() }

  /// The log of sshd since the first start.
  package var log: String { earlierLogs.withLock { $0 } + (process.withLock { $0?.errors } ?? "") }

  /// Listens on the same port again; no effect if it is listening.
  package func start() throws {
    guard let program = Self.program, process.withLock({ $0 == nil }) else { return }
    try folder.write((options + configuration(program)).joined(separator: "\n") + "\n", to: "sshd_config")
    try giveToUser(["sshd_config"])
    var command = [program, "-D", "-e", "-f", folder.file("sshd_config")]
    if geteuid() == 0 {
      command = ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups"] + command
      if runsCommands { command = try givingShell(command) }
      if let pam { command = try givingPAM(pam, command) }
    }
    let child = try ChildProcess(command[0], Array(command.dropFirst()))
    process.withLock { $0 = child }
    let listens = eventually { !child.isRunning || child.errors.contains("Server listening on") }
    guard listens, child.isRunning else {
      process.withLock { $0 = nil }
      throw FixtureError.failed("sshd does not listen on port \(port): \(child.errors)")
    }
  }

  /// The command in a mount namespace whose /etc/passwd gives the user of the tests a shell.
  private func givingShell(_ command: [String]) throws -> [String] {
    let users = try String(contentsOfFile: "/etc/passwd", encoding: .utf8).split(separator: "\n").map {
      line in
      line.hasPrefix("\(user):")
        ? line.split(separator: ":", omittingEmptySubsequences: false).dropLast()
          .joined(separator: ":") + ":/bin/sh" : String(line)
    }
    try folder.write(users.joined(separator: "\n") + "\n", to: "passwd")
    chmod(folder.file("passwd"), 0o644)
    return [
      "unshare", "-m", "sh", "-c", "mount --bind \"$0\" /etc/passwd && exec \"$@\"", folder.file("passwd"),
    ]
      + command
  }

  /// The command in a mount namespace with this PAM configuration for sshd.
  private func givingPAM(_ lines: String, _ command: [String]) throws -> [String] {
    try folder.write(lines, to: "pam")
    chmod(folder.file("pam"), 0o644)
    // Without an installed sshd, there is no file to replace.
    let script =
      "[ -e /etc/pam.d/sshd ] || { mount -t tmpfs tmpfs /etc/pam.d && touch /etc/pam.d/sshd; } && mount --bind \"$0\" /etc/pam.d/sshd && exec \"$@\""
    return ["unshare", "-m", "sh", "-c", script, folder.file("pam")] + command
  }

  /// Ends the listener and every session.
  package func stop() {
    guard let child = process.withLock({ $0.take() }) else { return }
    // A stopped listener creates no further processes. Processes that a session creates meanwhile are found in the
    // next iteration.
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

  /// Ends every open session; the listener stays.
  package func killSessions() {
    for pid in process.withLock({ $0?.descendants }) ?? [] { Glibc.kill(pid, SIGKILL) }
  }

  /// Kills all processes of the oldest session: during login, the process that owns the connection changes.
  package func killOldestSession() {
    for pid in process.withLock({ $0?.oldestBranch }) ?? [] { Glibc.kill(pid, SIGKILL) }
  }

  /// Ends the newest session.
  package func killNewestSession() {
    if let session = process.withLock({ $0?.descendants })?.max() { Glibc.kill(session, SIGKILL) }
  }

  /// Stops every session without closing it, which looks like a hung server or a dead path.
  package func pauseSessions() {
    for pid in process.withLock({ $0?.descendants }) ?? [] { Glibc.kill(pid, SIGSTOP) }
  }

  package func resumeSessions() {
    for pid in process.withLock({ $0?.descendants }) ?? [] { Glibc.kill(pid, SIGCONT) }
  }

  /// Number of processes that serve sessions.
  package var sessionCount: Int { process.withLock { $0?.descendants.count } ?? 0 }

  /// Restarts on the same port with another host key; known_hosts keeps the old one.
  package func restartWithNewHostKey() throws {
    stop()
    for file in ["host_key", "host_key.pub"] { unlink(folder.file(file)) }
    try makeKey("host_key")
    try giveToUser(["host_key"])
    try start()
  }

  /// Writes known_hosts with the current host key.
  package func writeKnownHosts() throws {
    try folder.write("[127.0.0.1]:\(port) " + (try folder.read("host_key.pub")), to: "known_hosts")
  }

  /// A Host section of ssh_config with this name.
  package func section(_ name: String, _ options: String...) -> String {
    """
    Host \(name)
      HostName 127.0.0.1
      Port \(port)
      User \(user)
      IdentityFile \(userKey)
      IdentitiesOnly yes
      UserKnownHostsFile \(knownHosts)
      GlobalKnownHostsFile /dev/null
    \(options.map { "  \($0)\n" }.joined())
    """
  }

  /// Creates a key in the server's folder.
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
    // Since OpenSSH 9.8, sshd runs other programs, which it expects in the package's folder.
    let library = program.replacing("/usr/sbin/sshd", with: "/usr/lib/openssh")
    let isSplit = FileManager.default.isExecutableFile(atPath: library + "/sshd-session")
    if !isSplit { lines.removeLast() }
    if isSplit { lines.append("SshdSessionPath \(library)/sshd-session") }
    if FileManager.default.isExecutableFile(atPath: library + "/sshd-auth") {
      lines.append("SshdAuthPath \(library)/sshd-auth")
    }
    return lines
  }

  /// Changes the owner of files to the user that runs sshd.
  private func giveToUser(_ names: [String]) throws {
    guard geteuid() == 0, let entry = getpwnam(user) else { return }
    for name in names {
      guard chown(folder.file(name), entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else {
        throw FixtureError.system("chown \(name)", errno)
      }
    }
  }
}
