internal import Dispatch
internal import Glibc
internal import Synchronization

/// A child process that runs `/bin/sh -c`, in a session of its own so that a terminal's Ctrl-C is not its business.
/// It is told to end when this object goes, and reaped in any case.
package final class ShellCommand: Sendable {
  /// How a child ended.
  package enum End: Hashable, Sendable, CustomStringConvertible {
    case exited(Int32)
    case killed(signal: Int32)

    package var description: String {
      switch self {
      case .exited(let status): "exited with \(status)"
      case .killed(let signal): "was ended by signal \(signal)"
      }
    }
  }

  /// A child that is told to end and does not is killed after this.
  private static let patience: DispatchTimeInterval = .seconds(2)

  /// The pid is the child's for as long as it was not waited for: signals are sent under the lock.
  private final class Child: Sendable {
    let pid: pid_t
    let end = Mutex<End?>(nil)

    init(_ pid: pid_t) { self.pid = pid }

    /// To the child's whole process group.
    func send(_ signal: Int32) {
      end.withLock { if $0 == nil { kill(-pid, signal) } }
    }

    /// Waits for the child's end. Its own thread, since nothing else tells of one child alone.
    func reap() {
      var status = siginfo_t()
      while waitid(P_PID, id_t(pid), &status, WEXITED | WNOWAIT) != 0, errno == EINTR {}
      end.withLock { end in
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        end = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: status & 0x7f)
      }
    }
  }

  /// POSIX_SPAWN_SETSID (spawn.h), which hides behind _GNU_SOURCE.
  private static let newSession: Int32 = 0x80

  private let child: Child

  /// - Parameters:
  ///   - stream: its standard input and output.
  ///   - errors: its standard error.
  package init(_ command: String, stream: borrowing Descriptor, errors: borrowing Descriptor)
    throws(SystemError)
  {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // Every other descriptor of this process is closed on exec.
    posix_spawn_file_actions_adddup2(&actions, stream.raw, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, stream.raw, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors.raw, STDERR_FILENO)
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes, Int16(ShellCommand.newSession | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var pid: pid_t = 0
    let arguments = ShellCommand.copies(of: ["/bin/sh", "-c", command])
    let environment = ShellCommand.copies(of: ShellCommand.environment)
    defer { for text in arguments + environment { free(text) } }
    let code = posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments, environment)
    guard code == 0 else { throw SystemError("/bin/sh", code: code) }
    let child = Child(pid)
    self.child = child
    _ = try OwnThread(name: "reaper") { child.reap() }
  }

  deinit {
    let child = child
    child.send(SIGHUP)
    child.send(SIGTERM)
    DispatchQueue.global().asyncAfter(deadline: .now() + ShellCommand.patience) { child.send(SIGKILL) }
  }

  package var pid: Int32 { child.pid }

  /// nil while it runs.
  package var end: End? { child.end.withLock { $0 } }

  /// For exec: C strings and a nil; the caller frees them.
  private static func copies(of texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { strdup($0) } + [nil]
  }

  /// This process's own, without what the service manager told this process alone (sd_notify(3), sd_listen_fds(3)).
  private static var environment: [String] {
    var texts: [String] = []
    var next = environ
    while let text = next.pointee {
      let entry = String(cString: text)
      let isOurs = ["NOTIFY_SOCKET=", "LISTEN_", "WATCHDOG_"].contains { entry.hasPrefix($0) }
      if !isOurs { texts.append(entry) }
      next += 1
    }
    return texts
  }
}
