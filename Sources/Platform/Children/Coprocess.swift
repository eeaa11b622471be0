internal import CLinux
internal import Dispatch
internal import Glibc
internal import Synchronization

/// A child process that runs a shell command. Its standard input and output are pipes to this process.
///
/// It runs in its own session, so that Ctrl-C for this process does not reach it, and inherits only its three
/// standard descriptors. The last part of its standard error is kept. When this object is deallocated, the command is
/// terminated: SIGHUP first, SIGTERM after a second, SIGKILL after another second. Close the near ends of the pipes
/// first, so that a command that reads end of file exits by itself.
package final class Coprocess: Sendable {
  package enum Exit: Hashable, Sendable, CustomStringConvertible {
    case status(Int32)
    case signal(Int32)
    /// Another waiter has collected the exit status.
    case unknown

    package var description: String {
      switch self {
      case .status(let code): "exited with status \(code)"
      case .signal(let signal): "was terminated by signal \(signal) (\(String(cString: strsignal(signal))))"
      case .unknown: "ended"
      }
    }
  }

  /// This process's ends of the two pipes, both non-blocking.
  ///
  /// They are pipes, as with ssh(1): each member of a pipeline in the command may change the mode of its own end, and
  /// open it again as /dev/stdin or /dev/stdout. Neither works if both are one socket.
  package struct Stream: Sendable {
    /// The standard output of the command.
    package let reading: Socket
    /// The standard input of the command. It is written with `Descriptor.write`.
    package let writing: Socket
  }

  package let pid: Int32
  private let supervisor: Supervisor
  private let thread: JoinableThread

  /// Starts `/bin/sh -c command`. SIGPIPE is ignored in this process from then on.
  ///
  /// It does not use $SHELL: a service has none or `nologin`, and a command must behave the same in a service and on
  /// a terminal.
  ///
  /// - Throws: `SystemError` if it cannot be started. A command that the shell cannot find exits with status 127.
  package static func start(shell command: String) throws(SystemError) -> (Coprocess, Stream) {
    // write(2) has no MSG_NOSIGNAL.
    ignoreSignal(SIGPIPE)
    let input = try Pipe(near: .writing)
    let output = try Pipe(near: .reading)
    for raw in [input.writing.raw, output.reading.raw] {
      // A larger pipe needs fewer context switches. The kernel may refuse it (pipe(7), pipe-user-pages-soft).
      _ = oceanid_set_pipe_size(raw, capacity)
    }
    let process = try Coprocess(shell: command, input: input.reading, output: output.writing)
    return (process, Stream(reading: Socket(output.reading), writing: Socket(input.writing)))
  }

  private static let capacity: Int32 = 256 << 10

  private init(
    shell command: String, input: borrowing Descriptor, output: borrowing Descriptor
  ) throws(SystemError) {
    let supervisor = try Supervisor(command, input: input.raw, output: output.raw)
    // The kernel kills a program when the thread that started it ends (PR_SET_PDEATHSIG), so this thread also waits for its end.
    self.thread = try JoinableThread(name: "coprocess") { supervisor.supervise() }
    self.supervisor = supervisor
    self.pid = try supervisor.waitForStart()
  }

  deinit {
    supervisor.terminate()
  }

  /// The exit status; nil while the command runs. Waits for the end, at most for `timeLimit`.
  package func waitForExit(timeout timeLimit: Duration = .zero) -> Exit? {
    _ = thread.join(timeout: timeLimit)
    return supervisor.exit
  }

  /// The last kilobytes of standard error.
  package var lastErrors: String { supervisor.lastErrors }
}

/// Starts and supervises one child on its own thread. Only this thread waits for the child, so a signal never reaches
/// a recycled process id.
private final class Supervisor: Sendable {
  private struct State {
    var start: Result<pid_t, SystemError>?
    var exit: Coprocess.Exit?
    var lastErrors = LastLines(limit: Supervisor.kept)
  }

  /// The time between one termination signal and the next.
  private static let timeLimit: Duration = .seconds(1)
  private static let kept = 4096

  private let command: String
  private let input: Int32
  private let output: Int32
  private let wakeup: WakeupEvent
  private let started = DispatchSemaphore(value: 0)
  private let state = Mutex(State())

  /// The descriptors must stay open until `waitForStart` returns.
  init(_ command: String, input: Int32, output: Int32) throws(SystemError) {
    self.command = command
    self.input = input
    self.output = output
    self.wakeup = try WakeupEvent()
  }

  /// Returns the process id when the thread has started the command.
  func waitForStart() throws(SystemError) -> pid_t {
    started.wait()
    return try state.withLock { $0.start ?? .failure(SystemError("start", code: ECHILD)) }.get()
  }

  var exit: Coprocess.Exit? { state.withLock { $0.exit } }
  var lastErrors: String { state.withLock { $0.lastErrors.text } }

  func terminate() {
    if case .success(let pid)? = state.withLock({ $0.start }) { RunningPrograms.signal(pid, SIGHUP) }
    wakeup.signal()
  }

  /// The body of the thread.
  func supervise() {
    let start = Result { () throws(SystemError) in try begin() }
    state.withLock { $0.start = start.map(\.pid) }
    started.signal()
    if case .success(let program) = start { supervise(program) }
  }

  private struct Program {
    let pid: pid_t
    /// Becomes readable when the program has ended (pidfd_open(2)).
    let end: Socket
    let errors: Socket
  }

  private func begin() throws(SystemError) -> Program {
    let errors = try Pipe()
    let pid = try Spawn.start(
      "/bin/sh", ["-c", command], input: input, output: output, errors: errors.writing.raw)
    return Program(pid: pid, end: Socket(try RunningPrograms.end(of: pid)), errors: Socket(errors.reading))
  }

  private func supervise(_ program: Program) {
    var signals = [SIGTERM][...]
    var deadline: MonotonicTime?
    var hasErrors = true
    while true {
      // poll(2) skips negative descriptors.
      var entries = [program.end.raw, wakeup.raw, hasErrors ? program.errors.raw : -1].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      _ = poll(&entries, nfds_t(entries.count), Epoll.milliseconds(deadline.map { $0 - .now }))
      if entries[2].revents != 0 { hasErrors = readErrors(program) }
      if entries[1].revents != 0 {
        wakeup.clear()
        deadline = deadline ?? .now + Supervisor.timeLimit
      }
      if entries[0].revents != 0, reap(program) { return }
      if let due = deadline, MonotonicTime.now >= due {
        // SIGKILL also ends a stopped process, which does not handle other signals.
        RunningPrograms.signal(program.pid, signals.popFirst() ?? SIGKILL)
        deadline = .now + Supervisor.timeLimit
      }
    }
  }

  private func reap(_ program: Program) -> Bool {
    // Read the remaining errors before publishing the exit status. The loop is bounded, because a grandchild may keep
    // the pipe open.
    for _ in 0..<64 where !readErrors(program) { break }
    switch RunningPrograms.reap(program.pid) {
    case .running: return false
    case .ended(let status):
      state.withLock {
        $0.exit = status & 0x7f == 0 ? .status(status >> 8 & 0xff) : .signal(status & 0x7f)
      }
    case .unknown: state.withLock { $0.exit = .unknown }
    }
    return true
  }

  /// False at end of file.
  private func readErrors(_ program: Program) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: Supervisor.kept, alignment: 1) { room in
      switch program.errors.descriptor.read(into: room) {
      case .moved(let count):
        state.withLock { $0.lastErrors.append(room[..<count]) }
        return true
      case .wouldBlock: return true
      case .endOfFile, .failed: return false
      }
    }
  }
}
