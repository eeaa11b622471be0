internal import CLinux
internal import Dispatch
internal import Glibc
internal import Synchronization

/// A shell command that runs beside this process, with one stream as its standard input and output.
///
/// It has a session of its own, so that a Ctrl-C meant for this process does not reach it, and no descriptor of this
/// process but its three. What it says on standard error is kept, the last of it. It is hung up on when this object
/// goes: close the near end of the stream first, so that a command that knows an end of file ends by itself. A command
/// that stays is terminated after a second, and killed after another one.
package final class Coprocess: Sendable {
  package enum Exit: Hashable, Sendable, CustomStringConvertible {
    case status(Int32)
    case signal(Int32)
    /// Somebody else took it.
    case unknown

    package var description: String {
      switch self {
      case .status(let code): "exited with status \(code)"
      case .signal(let signal): "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
      case .unknown: "ended"
      }
    }
  }

  package let pid: Int32
  private let attendant: Attendant
  private let thread: OwnThread

  /// Starts `/bin/sh -c command`.
  ///
  /// The shell is not $SHELL: a service's is missing or `nologin`, and a command is to mean the same in a service as
  /// on a terminal.
  ///
  /// - Parameter stream: its standard input and output; set to block, as programs expect. The caller closes its own.
  /// - Throws: `SystemError` where it can't be started; a command that the shell can't find exits with status 127.
  package init(shell command: String, over stream: borrowing Descriptor) throws(SystemError) {
    let flags = fcntl(stream.raw, F_GETFL)
    guard flags >= 0, fcntl(stream.raw, F_SETFL, flags & ~O_NONBLOCK) == 0 else { throw .last("fcntl") }
    let attendant = try Attendant(command, stream: stream.raw)
    // The kernel ends a program with the thread that started it: the one that waits for its end.
    self.thread = try OwnThread(name: "coprocess") { attendant.attend() }
    self.attendant = attendant
    self.pid = try attendant.waitForStart()
  }

  deinit {
    attendant.hangUp()
  }

  /// How it ended; nil while it runs. Waits for the end, at most for `patience`.
  package func exit(within patience: Duration = .zero) -> Exit? {
    _ = thread.join(timeout: patience)
    return attendant.exit
  }

  /// What it said last on standard error, a few kilobytes at most.
  package var lastErrors: String { attendant.lastErrors }
}

/// Waits for one child on a thread of its own: it alone waits for it, and a signal goes out only before that.
private final class Attendant: Sendable {
  private struct State {
    var start: Result<pid_t, SystemError>?
    var exit: Coprocess.Exit?
    var lastErrors: [UInt8] = []
  }

  /// What a command that was hung up on has between one signal and the next.
  private static let patience: Duration = .seconds(1)
  private static let kept = 4096

  private let command: String
  private let stream: Int32
  private let bell: Doorbell
  private let started = DispatchSemaphore(value: 0)
  private let state = Mutex(State())

  /// - Parameter stream: open until `waitForStart` returns.
  init(_ command: String, stream: Int32) throws(SystemError) {
    self.command = command
    self.stream = stream
    self.bell = try Doorbell()
  }

  /// The command's number, once the thread has started it.
  func waitForStart() throws(SystemError) -> pid_t {
    started.wait()
    return try state.withLock { $0.start ?? .failure(SystemError("start", code: ECHILD)) }.get()
  }

  var exit: Coprocess.Exit? { state.withLock { $0.exit } }
  var lastErrors: String { state.withLock { String(decoding: $0.lastErrors, as: UTF8.self) } }

  func hangUp() {
    if case .success(let pid)? = state.withLock({ $0.start }) { RunningPrograms.signal(pid, SIGHUP) }
    bell.ring()
  }

  /// The thread's body.
  func attend() {
    let start = Result { () throws(SystemError) in try begin() }
    state.withLock { $0.start = start.map(\.pid) }
    started.signal()
    if case .success(let program) = start { attend(program) }
  }

  private struct Program {
    let pid: pid_t
    /// Readable once it has ended (pidfd_open(2)).
    let end: Socket
    let errors: Socket
  }

  private func begin() throws(SystemError) -> Program {
    let errors = try Pipe()
    let pid = try Spawn.start(
      "/bin/sh", ["-c", command], input: stream, output: stream, errors: errors.writing.raw)
    // A child that nobody has waited for keeps its number.
    let raw = oceanid_pidfd_open(pid)
    guard raw >= 0 else {
      let error = SystemError.last("pidfd_open")
      RunningPrograms.killGroup(pid)
      _ = RunningPrograms.wait(for: pid)
      throw error
    }
    return Program(pid: pid, end: Socket(Descriptor(owning: raw)), errors: Socket(errors.reading))
  }

  private func attend(_ program: Program) {
    var signals = [SIGTERM][...]
    var deadline: MonotonicTime?
    var hasErrors = true
    while true {
      // A negative descriptor is passed over (poll(2)).
      var entries = [program.end.raw, bell.raw, hasErrors ? program.errors.raw : -1].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      _ = poll(&entries, nfds_t(entries.count), Epoll.milliseconds(deadline.map { $0 - .now }))
      if entries[2].revents != 0 { hasErrors = readErrors(program) }
      if entries[1].revents != 0 {
        bell.silence()
        deadline = deadline ?? .now + Attendant.patience
      }
      if entries[0].revents != 0, reap(program) { return }
      if let due = deadline, MonotonicTime.now >= due {
        // A stopped process takes no other signal than this last one.
        RunningPrograms.signal(program.pid, signals.popFirst() ?? SIGKILL)
        deadline = .now + Attendant.patience
      }
    }
  }

  private func reap(_ program: Program) -> Bool {
    // Its last words first: whoever sees the exit finds them. A grandchild may hold the pipe and go on for ever.
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

  /// False once there is no more to come.
  private func readErrors(_ program: Program) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: Attendant.kept, alignment: 1) { room in
      switch program.errors.descriptor.read(into: room) {
      case .moved(let count):
        state.withLock {
          $0.lastErrors += room[..<count]
          if $0.lastErrors.count > Attendant.kept {
            $0.lastErrors.removeFirst($0.lastErrors.count - Attendant.kept)
          }
        }
        return true
      case .wouldBlock: return true
      case .endOfFile, .failed: return false
      }
    }
  }
}
