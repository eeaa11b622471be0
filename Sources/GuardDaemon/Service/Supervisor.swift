internal import Glibc
internal import GuardAPI
internal import GuardJournal
internal import Health
internal import Platform
internal import Synchronization
internal import Systemd

/// Receives the signals, and ends the guard if it gets no threads.
///
/// While the limit of threads is reached (TasksMax=, RLIMIT_NPROC), a call of Dispatch that needs another one waits for
/// it without a limit. So this has its own thread, which calls nothing of Dispatch.
final class Supervisor: Sendable {
  enum Order: Sendable {
    case reload, stop
    /// The guard has stopped.
    case end
  }

  /// The times after which a missing beat is a reason to check the threads.
  struct TimeLimits {
    var start: Duration = .seconds(2)
    /// A beat follows every five seconds.
    var run: Duration = .seconds(10)
    var stop: Duration = .seconds(3)
    /// The time from SIGTERM to the end in any case. systemd waits longer (TimeoutStopSec=).
    var wholeStop: Duration = .seconds(9)
  }

  private enum Phase { case start, run, stop }

  private struct State {
    var phase = Phase.start
    var beat = MonotonicTime.now
    var stopAsked: MonotonicTime?
    var isOver = false
  }

  /// The tasks of the service's thread.
  let orders: Mailbox<Order>
  private let wakeup: WakeupEvent
  private let timeLimits: TimeLimits
  private let state = Mutex(State())
  private let findShortage: @Sendable () -> SystemError?
  private let end: @Sendable (LogRecord) -> Void
  private let thread: Mutex<JoinableThread?> = Mutex(nil)

  /// The number of threads that a guard with one cluster needs at least.
  private static let room = 8

  /// The error of a start of threads; nil if there is room for them.
  @Sendable static func findShortage() -> SystemError? {
    do throws(SystemError) {
      try JoinableThread.checkRoom(for: room)
      return nil
    } catch { return error }
  }

  /// Blocks the signals that it handles, so that none is lost before it exists. Threads inherit the mask, so it is called
  /// before the first one exists.
  ///
  /// SIGUSR1 and SIGUSR2 are ignored: scripts for log rotation send them to daemons by habit. So is SIGPIPE: a write to a
  /// socket whose peer is gone returns an error.
  static func blockSignals() throws(SystemError) -> SignalDescriptor {
    for number in [SIGPIPE, SIGUSR1, SIGUSR2] { ignoreSignal(number) }
    return try SignalDescriptor([SIGTERM, SIGINT, SIGHUP])
  }

  /// - Parameters:
  ///   - findShortage: called on its thread after a missing beat.
  ///   - end: ends the process.
  init(
    _ signals: consuming SignalDescriptor, timeLimits: TimeLimits = TimeLimits(),
    findShortage: @escaping @Sendable () -> SystemError? = Supervisor.findShortage,
    end: @escaping @Sendable (LogRecord) -> Void
  ) throws(SystemError) {
    orders = try Mailbox()
    wakeup = try WakeupEvent()
    self.timeLimits = timeLimits
    self.findShortage = findShortage
    self.end = end
    let owner = DescriptorOwner(signals)
    let thread = try JoinableThread(name: "supervisor") { [self] in
      while !state.withLock(\.isOver) { turn(owner.descriptor) }
    }
    self.thread.withLock { $0 = thread }
  }

  /// Reports that the service's thread goes on.
  func beat() {
    state.withLock {
      $0.beat = .now
      if $0.phase == .start { $0.phase = .run }
    }
  }

  /// Ends its thread.
  func finish() {
    state.withLock { $0.isOver = true }
    wakeup.signal()
    _ = thread.withLock { $0.take() }?.join(timeout: .seconds(1))
  }

  private func turn(_ signals: borrowing SignalDescriptor) {
    let longest = state.withLock { limit(in: $0.phase) }
    var entries = [signals.raw, wakeup.raw].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&entries, nfds_t(entries.count), Int32(longest.inMilliseconds))
    while let signal = signals.next() { receive(signal) }
    let (isLate, isOverdue) = state.withLock { state -> (Bool, Bool) in
      (
        !state.isOver && .now - state.beat >= limit(in: state.phase),
        !state.isOver && state.stopAsked.map { .now - $0 >= timeLimits.wholeStop } ?? false
      )
    }
    if isLate, let shortage = findShortage() {
      end(Supervisor.record(shortage))
    } else if isOverdue {
      end(Supervisor.overdue)
    }
  }

  func receive(_ signal: Int32) {
    orders.post(signal == SIGHUP ? .reload : .stop)
    guard signal != SIGHUP else { return }
    state.withLock {
      $0.phase = .stop
      if $0.stopAsked == nil { ($0.stopAsked, $0.beat) = (.now, .now) }
    }
  }

  private func limit(in phase: Phase) -> Duration {
    switch phase {
    case .start: timeLimits.start
    case .run: timeLimits.run
    case .stop: timeLimits.stop
    }
  }

  /// - Parameter shortage: the error of the start of a thread.
  static func record(_ shortage: SystemError) -> LogRecord {
    let user = UserAccount.described(geteuid())
    return LogRecord(
      .startFailed, "oceanid-guard ends, because it gets no more threads: \(shortage)", priority: .critical,
      subject: "guard", reason: "\(shortage)",
      remedy:
        "raise the limit of tasks: TasksMax= of the unit (systemctl show -p TasksCurrent,TasksMax oceanid-guard), or ulimit -u of \(user); to count: ps -L -U \(geteuid()) | wc -l"
    )
  }

  private static let overdue = LogRecord(
    nil, "oceanid-guard does not stop in time, and is ended", priority: .error, subject: "guard")
}

/// Lets the thread's closure own a descriptor.
private final class DescriptorOwner: Sendable {
  let descriptor: SignalDescriptor

  init(_ descriptor: consuming SignalDescriptor) { self.descriptor = descriptor }
}
