internal import Foundation
internal import Synchronization

/// A process that a test has started. Tests may only end processes of this type.
///
/// Output goes to files, so that the child never waits for a reader.
package final class ChildProcess: Sendable {
  /// How a process ended.
  package enum Exit: Hashable, Sendable, CustomStringConvertible {
    case exited(Int32)
    case signaled(Int32)

    package var description: String {
      switch self {
      case .exited(let code): "exit status \(code)"
      case .signaled(let signal): "signal \(signal)"
      }
    }
  }

  /// posix_spawn_file_actions_addclosefrom_np(3), which the module Glibc does not declare.
  private static let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
    unsafeBitCast(
      $0, to: (@convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32).self)
  }

  package let pid: Int32
  private let folder: TemporaryFolder
  private let exit = Mutex<Exit?>(nil)
  private let input: Mutex<Int32>

  /// - Parameters:
  ///   - program: a path, or a name to look up in PATH.
  ///   - environment: replaces the environment of the test process; nil: inherits it.
  ///   - takesInput: standard input is a pipe for `send`; otherwise /dev/null.
  package init(
    _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil,
    takesInput: Bool = false
  ) throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    var ends: [Int32] = [-1, -1]
    if takesInput {
      guard pipe(&ends) == 0 else { throw FixtureError.system("pipe", errno) }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }
    defer { if takesInput { close(ends[0]) } }
    input = Mutex(ends[1])

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if takesInput {
      posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    let flags = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 1, folder.file("out"), flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, folder.file("err"), flags, 0o600)
    // Servers in the test process accept connections without FD_CLOEXEC (SwiftNIO). A child that inherits one holds it
    // open after the server has closed it.
    _ = ChildProcess.closeFrom?(&actions, 3)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    let own = ProcessInfo.processInfo.environment
    // A sanitizer or coverage build reports to the same files in child processes.
    let reporting = own.filter { ["ASAN_OPTIONS", "TSAN_OPTIONS", "LLVM_PROFILE_FILE"].contains($0.key) }
    let variables = (environment ?? own).merging(reporting) { $1 }.map { "\($0.key)=\($0.value)" }
    var argv = ([program] + arguments).map { strdup($0) } + [nil]
    var envp = variables.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    var pid = pid_t()
    let code = posix_spawnp(&pid, program, &actions, &attributes, &argv, &envp)
    guard code == 0 else { throw FixtureError.system("starting \(program)", code) }
    self.pid = pid
  }

  deinit {
    kill()
    closeInput()
  }

  /// The standard output so far.
  package var output: String { (try? folder.read("out")) ?? "" }
  /// The standard error so far.
  package var errors: String { (try? folder.read("err")) ?? "" }

  /// Writes to the child's standard input.
  package func send(_ text: String) {
    let bytes = Array(text.utf8)
    input.withLock { input in
      if input >= 0 { _ = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) } }
    }
  }

  package func closeInput() {
    input.withLock { input in
      if input >= 0 { close(input) }
      input = -1
    }
  }

  /// How the process ended; nil while it runs.
  package var ended: Exit? {
    exit.withLock { exit in
      if exit == nil {
        var status: Int32 = 0
        if waitpid(pid, &status, WNOHANG) == pid {
          exit = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signaled(status & 0x7f)
        }
      }
      return exit
    }
  }

  package var isRunning: Bool { ended == nil }

  /// Waits for the process to end; nil after `limit`.
  @discardableResult
  package func wait(within limit: Duration = .seconds(30)) -> Exit? {
    _ = eventually(within: limit) { ended != nil }
    return ended
  }

  /// Sends a signal, unless the process has ended.
  package func signal(_ signal: Int32) {
    if isRunning { _ = Foundation.kill(pid, signal) }
  }

  package func terminate() { signal(SIGTERM) }
  package func pause() { signal(SIGSTOP) }
  package func resume() { signal(SIGCONT) }

  package func kill() {
    signal(SIGKILL)
    wait()
  }

  /// The process ids of all descendants.
  package var descendants: [Int32] { Self.descendants(of: pid) }

  /// The oldest child and its descendants. The kernel lists children in order of their creation
  /// (proc_pid_children(5)).
  package var oldestBranch: [Int32] {
    Self.children(of: pid).first.map { [$0] + Self.descendants(of: $0) } ?? []
  }

  private static func descendants(of pid: Int32) -> [Int32] {
    let children = children(of: pid)
    return children + children.flatMap(descendants)
  }

  private static func children(of pid: Int32) -> [Int32] {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
    return tasks.flatMap { task -> [Int32] in
      let path = "/proc/\(pid)/task/\(task)/children"
      let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      return text.split(separator: " ").compactMap { Int32($0) }
    }
  }
}

/// Runs a program and returns its output. Kills it after a deadline.
package func run(
  _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil,
  within limit: Duration = .seconds(30)
) throws -> (exit: ChildProcess.Exit, output: String, errors: String) {
  let child = try ChildProcess(program, arguments, environment: environment)
  guard let exit = child.wait(within: limit) else {
    throw FixtureError.failed("\(program) did not end within \(limit)")
  }
  return (exit, child.output, child.errors)
}

/// The path of a program in PATH or in root's PATH.
package func program(_ name: String) -> String? {
  let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
  return (path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]).map { "\($0)/\(name)" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
}
