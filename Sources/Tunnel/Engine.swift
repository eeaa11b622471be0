internal import Dispatch
internal import Platform
internal import SSH
internal import Synchronization

/// The tunnel's thread at work: one epoll loop that performs what the state machine decides, and relays.
///
/// Everything in here belongs to that thread.
final class Engine {
  typealias Instant = SuspendingClock.Instant

  enum Message: Sendable {
    case resolved(serial: UInt32, Result<(Resolution, [SocketAddress]), TunnelFailure>)
    case reconnect
    case ownTarget(HostPort)
    case nudge
    case stop
  }

  struct Plan: Sendable {
    let configuration: TunnelConfiguration
    let ownTarget: HostPort
    let ownDoor: String
    let environment: LocalEnvironment
    let adopted: [HostPort: Int32]
    let observer: @Sendable (TunnelEvent) -> Void
  }

  let plan: Plan
  let mailbox: Mailbox<Message>
  let board: Board
  let epoll: Epoll
  var machine: TunnelStateMachine
  var random = SystemRandomNumberGenerator()
  var attempt: Attempt?
  private var resolving: Task<Void, Never>?
  var upLink: UpLink?
  private(set) var serial: UInt32 = 0
  var listeners: [Listener]
  var connections: [UInt32: Connection] = [:]
  var lastConnection: UInt32 = 0
  /// Connections without a channel, in the order they came.
  var waiting: [UInt32] = []
  var watchedFiles: FileWatch?
  var refusals = RefusalBurst()
  let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
  /// When listeners that could not accept try again.
  var acceptAgain: Instant?
  private var isStopping = false
  /// A turn ended with work in hand: the next wait is no wait.
  var hasWork = false

  init(_ plan: Plan, mailbox: Mailbox<Message>, board: Board) throws(SystemError) {
    let configuration = plan.configuration
    let now = SuspendingClock.now
    self.plan = plan
    self.mailbox = mailbox
    self.board = board
    self.epoll = try Epoll()
    self.machine = TunnelStateMachine(
      backoff: Backoff(initial: configuration.backoffInitial, max: configuration.backoffMax), now: now)
    self.listeners = []
    for (forward, counters) in zip(configuration.forwards, board.counters) {
      guard let address = SocketAddress(numericHost: forward.listen.host, port: forward.listen.port) else {
        throw SystemError("listen address \(forward.listen)", code: 22)
      }
      listeners.append(
        Listener(
          kind: .forward(counters), address: address, target: forward.target,
          adopted: plan.adopted[forward.listen]))
    }
    guard let door = SocketAddress(abstractName: plan.ownDoor) else {
      throw SystemError("socket \(plan.ownDoor)", code: 36)
    }
    listeners.append(Listener(kind: .own, address: door, target: plan.ownTarget, adopted: nil))
    try epoll.add(mailbox.doorbell.raw, token: Token.doorbell.rawValue)
    for (index, listener) in listeners.enumerated() {
      if let raw = listener.raw {
        try epoll.add(raw, token: Token.listener(index).rawValue)
        publishListener(index)
      }
    }
  }

  deinit {
    scratch.deallocate()
  }

  func run() {
    bindListeners(SuspendingClock.now)
    feed(.start)
    while !isStopping {
      turn()
    }
    shutDown()
  }

  private func turn() {
    let timeout = hasWork ? Duration.zero : nextDeadline().map { $0 - SuspendingClock.now }
    hasWork = false
    var events: [Epoll.Event] = []
    do throws(SystemError) { try epoll.wait(timeout: timeout) { events.append($0) } } catch {
      // EBADF or EINVAL would be a fault of our own: nothing below could work.
      preconditionFailure("\(error)")
    }
    board.turns.add(1, ordering: .relaxed)
    for event in events { note(event) }
    let now = SuspendingClock.now
    bindListeners(now)
    if let acceptAgain, now >= acceptAgain {
      self.acceptAgain = nil
      for index in listeners.indices { acceptAll(index) }
    }
    stepAttempt(now)
    relayAll(now)
    expire(now)
    if !waiting.isEmpty { feed(.clientWaits) }
    if let wake = machine.wake, now >= wake { feed(.timePassed) }
    if let watch = watchedFiles, now >= watch.next { lookAtFiles(now) }
  }

  private func nextDeadline() -> Instant? {
    var deadlines = [
      machine.wake, attempt?.deadline, upLink?.nextCheck, watchedFiles?.next, refusals.due, acceptAgain,
    ]
    for listener in listeners {
      if case .busy(_, let retry) = listener.state { deadlines.append(retry) }
    }
    for serial in waiting {
      if let connection = connections[serial] { deadlines.append(connection.deadline) }
    }
    return deadlines.compactMap(\.self).min()
  }

  // MARK: - Events in

  private func note(_ event: Epoll.Event) {
    switch Token(rawValue: event.token) {
    case .doorbell:
      for message in mailbox.collect() { read(message) }
    case .link(let serial):
      if let attempt, attempt.serial == serial { attempt.becameReady(event.readiness) }
      if let upLink, upLink.serial == serial { upLink.becameReady(event.readiness) }
    case .listener(let index): acceptAll(index)
    case .connection(let serial): connections[serial]?.becameReady(event.readiness)
    }
  }

  private func read(_ message: Message) {
    switch message {
    case .resolved(let serial, let result):
      guard let attempt, attempt.serial == serial else { return }
      do throws(TunnelFailure) {
        let (resolution, addresses) = try result.get()
        try attempt.resolved(resolution, addresses, now: SuspendingClock.now)
      } catch {
        feed(.failed(error))
      }
    case .reconnect: feed(.reconnect)
    case .ownTarget(let target):
      for listener in listeners { if case .own = listener.kind { listener.target = target } }
    case .nudge: break
    case .stop: isStopping = true
    }
  }

  // MARK: - The state machine and its actions

  func feed(_ event: TunnelStateMachine.Event) {
    let before = machine.state
    let now = SuspendingClock.now
    for action in machine.handle(event, now: now, random: &random) {
      switch action {
      case .connect: beginAttempt(now)
      case .disconnect: dropLink()
      }
    }
    guard machine.state != before else { return }
    watchedFiles = nil
    if case .blocked = machine.state, let failure = machine.lastFailure {
      watchedFiles = FileWatch(failure.files, now: now)
    }
    publishState(from: before)
  }

  private func beginAttempt(_ now: Instant) {
    serial += 1
    let serial = serial
    let configuration = plan.configuration
    let environment = plan.environment
    let mailbox = mailbox
    attempt = Attempt(serial: serial, configuration: configuration, now: now) {
      [weak self] raw throws(SystemError) in
      try self?.epoll.add(raw, token: Token.link(serial).rawValue)
    }
    resolving = Task {
      do throws(TunnelFailure) {
        let resolution = try await Resolution.ask(configuration, environment: environment)
        // getaddrinfo(3) blocks: not on a thread of the concurrency pool.
        DispatchQueue.global().async {
          mailbox.post(.resolved(serial: serial, resolution.lookUp()))
        }
      } catch {
        mailbox.post(.resolved(serial: serial, .failure(error)))
      }
    }
  }

  private func stepAttempt(_ now: Instant) {
    guard let attempt else { return }
    do throws(TunnelFailure) {
      guard let link = try attempt.step(now: now), let resolution = attempt.resolution else { return }
      self.attempt = nil
      upLink = UpLink(link, resolution: resolution, serial: attempt.serial, configuration: plan.configuration)
      feed(.connected)
    } catch {
      feed(.failed(error))
    }
  }

  /// Lets go of the attempt or the session in hand, and of the connections that ran over it.
  private func dropLink() {
    resolving?.cancel()
    resolving = nil
    attempt = nil
    guard upLink != nil else { return }
    for (serial, connection) in connections {
      switch connection.state {
      case .relaying:
        connection.cut()
        forget(serial)
      case .opening(let deadline):
        // Its open went down with the session; it is the next one's first.
        connection.state = .waiting(deadline: deadline)
        waiting.insert(serial, at: 0)
      case .waiting, .ended: break
      }
    }
    upLink = nil
  }

  private func shutDown() {
    if let upLink {
      upLink.link.session.disconnect()
      _ = upLink.link.flush()
    }
    for (serial, _) in connections { forget(serial) }
    feed(.stop)
    listeners = []
  }
}

extension Resolution {
  fileprivate func lookUp() -> Result<(Resolution, [SocketAddress]), TunnelFailure> {
    do throws(ResolveError) {
      return .success((self, try SocketAddress.resolve(host: hostName, port: port)))
    } catch {
      return .failure(
        TunnelFailure(
          .dns, "no address for \(error.host): \(error.reason)",
          remedy: "check the name and the resolver: getent hosts \(error.host); HostName in ssh_config"))
    }
  }
}

/// What an epoll event is about.
enum Token {
  case doorbell
  case link(UInt32)
  case listener(Int)
  case connection(UInt32)

  init(rawValue: UInt64) {
    let low = UInt32(truncatingIfNeeded: rawValue)
    switch rawValue >> 32 {
    case 1: self = .link(low)
    case 2: self = .listener(Int(low))
    case 3: self = .connection(low)
    default: self = .doorbell
    }
  }

  var rawValue: UInt64 {
    switch self {
    case .doorbell: 0
    case .link(let serial): 1 << 32 | UInt64(serial)
    case .listener(let index): 2 << 32 | UInt64(index)
    case .connection(let serial): 3 << 32 | UInt64(serial)
    }
  }
}
