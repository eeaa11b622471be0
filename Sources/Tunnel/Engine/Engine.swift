internal import GuardTypes
internal import Platform
internal import Synchronization

/// The work of the tunnel's thread: it performs the actions of the state machine, accepts connections and runs the
/// first session.
///
/// All of this belongs to that thread; further sessions have their own threads.
final class Engine {
  typealias Instant = MonotonicTime

  enum Message: Sendable {
    case found(serial: Int, Result<Route, TunnelFailure>)
    case session(number: Int, ExtraSession.Report)
    case reconnect
    case systemChanged(SystemChange)
    case internalTarget(StreamAddress)
    case run(command: String, output: Socket, deadline: Instant)
    case internalSocketIsGone
    case nudge
    case stop
  }

  struct Plan: Sendable {
    let configuration: TunnelConfiguration
    let internalTarget: StreamAddress
    let internalSocket: InternalSocket
    let environment: LocalEnvironment
    let adopted: [StreamAddress: Int32]
    let descriptors: Int
    let observer: @Sendable (TunnelEvent) -> Void
  }

  /// The time limit for resolving a name. Resolvers have shorter timeouts of their own.
  private static let findLimit: Duration = .seconds(30)

  let plan: Plan
  let mailbox: Mailbox<Message>
  let statusStore: StatusStore
  let reporter: RelayReporter
  let terms: SessionChain.Terms
  let loop: Loop
  var machine: TunnelStateMachine
  private var random = SystemRandomNumberGenerator()
  private var finding: (search: RouteSearch, deadline: Instant)?
  private var serial = 0
  /// The route of the current session.
  private(set) var route: Route?
  /// The versions of files before the attempt in progress read them, so that a file that is replaced meanwhile counts as
  /// changed.
  private var stamps: [String: SmallFile.Stamp] = [:]
  /// True if an attempt was made because a file had changed during the one before. A command of Match exec may change a
  /// file at every attempt, which must not cause an endless series of attempts.
  private var isHurried = false
  /// The first session, connecting or up.
  private(set) var chain: SessionChain?
  private(set) var load = SessionLoad()
  /// The number of the first session, once it is up.
  private var session = 0
  private let pool: SessionPool
  private let listeners: ListenerSet
  /// Clients that no session serves yet.
  private var waiting = FairQueue<Client>()
  var watchedFiles: FileWatch?
  private var fileEvents: Watch?
  /// The time of the next update of the round-trip time, at most once per second.
  var qualityDue: Instant
  /// The thing that the login waits for, as published.
  var waitsFor: String?
  private var doorbell: Watch?
  private var hasMail = false
  private var isStopping = false
  /// True if a turn ended with work left, so that the next one starts without waiting.
  var hasWork = false

  /// The time in microseconds in which pieces of the guard's own requests are collected.
  private static let ownRequestsPause: UInt32 = 2000

  init(_ plan: Plan, mailbox: Mailbox<Message>, statusStore: StatusStore) throws(SystemError) {
    let configuration = plan.configuration
    let now = MonotonicTime.now
    self.plan = plan
    self.mailbox = mailbox
    self.statusStore = statusStore
    self.reporter = RelayReporter(
      statusStore: statusStore, host: configuration.host, ssh: configuration.sshArgumentsForAnyKey,
      observer: plan.observer
    ) {
      mailbox.post(.nudge)
    }
    self.terms = SessionChain.Terms(
      configuration: configuration, budget: WindowBudget(configuration.windowBudget), observer: reporter,
      checked: configuration.forwards.map(\.target))
    self.loop = try Loop()
    self.machine = TunnelStateMachine(
      backoff: Backoff(initial: configuration.backoffInitial, max: configuration.backoffMax), now: now)
    self.qualityDue = now
    self.pool = SessionPool(
      limit: configuration.sessionLimit, terms: terms, statusStore: statusStore, mailbox: mailbox, now: now)
    self.listeners = try ListenerSet(plan, statusStore: statusStore, reporter: reporter, loop: loop)
    doorbell = try loop.watch(mailbox.wakeup.raw) { [weak self] _ in self?.hasMail = true }
  }

  /// - Parameter hasBound: signalled when the ports were tried.
  func run(_ hasBound: WakeupEvent) {
    listeners.bind(MonotonicTime.now)
    hasBound.signal()
    handle(.start)
    while !isStopping { turn() }
    shutDown()
  }

  private func turn() {
    let gap = loop.wait(until: hasWork ? MonotonicTime.now : nextDeadline())
    hasWork = false
    statusStore.turns.add(1, ordering: .relaxed)
    if let gap { handle(gap) }
    if hasMail { readMail() }
    let now = MonotonicTime.now
    listeners.bind(now)
    accept(now)
    if let finding, now >= finding.deadline {
      fail(.unresolved(plan.configuration, Engine.findLimit))
    }
    placeClients()
    turnChain(now)
    reviewSessions(now)
    // These clients were returned by a session, or waited for the one that is now up.
    if placeClients() { hasWork = true }
    expire(now)
    if !waiting.isEmpty { handle(.clientWaits) }
    if let wake = machine.wake, now >= wake { handle(.timePassed) }
    if let due = watchedFiles?.next, now >= due { checkFiles(now) }
    // A poll sends and receives many small pieces, each of which would wake this thread. Nobody else waits meanwhile.
    if !hasWork, chain?.relay?.servedOnlyTheGuard == true {
      loop.pause(microseconds: Engine.ownRequestsPause)
    }
  }

  func readMail() {
    hasMail = false
    for message in mailbox.collect() { read(message) }
  }

  private func nextDeadline() -> Instant? {
    var next = machine.wake
    next.lower(to: finding?.deadline)
    next.lower(to: chain?.nextDeadline)
    next.lower(to: watchedFiles?.next)
    next.lower(to: reporter.due)
    next.lower(to: pool.nextDeadline)
    next.lower(to: listeners.nextDeadline)
    next.lower(to: waiting.least(\.deadline))
    return next
  }

  private func read(_ message: Message) {
    switch message {
    case .found(let serial, let result):
      guard serial == self.serial, finding != nil else { return }
      finding = nil
      do throws(TunnelFailure) { try begin(try result.get()) } catch { fail(error) }
    case .session(let number, let report): waiting.requeue(pool.handle(report, of: number))
    case .reconnect: handle(.reconnect)
    case .systemChanged(let change): handle(.systemChanged(change))
    case .run(let command, let output, let deadline):
      waiting.append(listeners.client(of: command, output: output, deadline: deadline))
    case .internalTarget(let target): listeners.setInternalTarget(target)
    case .internalSocketIsGone: listeners.closeInternal()
    case .nudge: break
    case .stop: isStopping = true
    }
  }

  // MARK: - Clients

  private func accept(_ now: Instant) {
    let (clients, hasMore) = listeners.accept(now) { readMail() }
    for client in clients { waiting.append(client) }
    if hasMore { hasWork = true }
  }

  /// - Returns: true if the first session got a client.
  @discardableResult
  private func placeClients() -> Bool { pool.place(&waiting, first: chain?.relay, load) }

  private func reviewSessions(_ now: Instant) {
    let isBusy = pool.closeIdle(first: load, now)
    guard machine.state == .up, let relay = chain?.relay else { return }
    if load.isStuck.load(ordering: .relaxed) { waiting.requeue(relay.drainQueue()) }
    if isBusy || pool.wantsSessions(now), let route { pool.open(route, first: load, now) }
  }

  /// Resets connections that waited for the tunnel for longer than `hold`.
  private func expire(_ now: Instant) {
    reporter.reportBursts(now)
    listeners.expire(now)
    let held = plan.configuration.hold.components.seconds
    let reason =
      chain?.relay == nil
      ? "the tunnel was not up within \(held) s (hold)"
      : "every session waits for a target that does not answer, for \(held) s (hold)"
    for client in waiting.remove(where: { now >= $0.deadline }) {
      client.reset()
      if client.command == nil { reporter.refused(client, reason: reason, .heldTooLong) }
    }
  }

  // MARK: - The state machine and its actions

  func handle(_ event: TunnelStateMachine.Event) {
    let before = machine.state
    let attempt = machine.attempt
    let now = MonotonicTime.now
    for action in machine.handle(event, now: now, random: &random) {
      switch action {
      case .connect: find(now)
      case .disconnect: dropChain()
      case .probe: probe(.path)
      case .checkSource: probe(.source)
      }
    }
    // Further sessions may still work when the first one fails, because each has its own liveness check.
    if event.endsAll { pool.endAll() }
    guard machine.state != before else {
      // The attempt was replaced by the next one.
      if machine.attempt != attempt { statusStore.publish { $0.attempt = machine.attempt } }
      return
    }
    watchedFiles = nil
    fileEvents = nil
    if case .blocked = machine.state, let failure = machine.lastFailure {
      let files = FileWatch(failure.files, known: isHurried ? [:] : stamps, now: now)
      isHurried = files.isDifferent
      if let raw = files.raw { fileEvents = try? loop.watch(raw) { [weak files] _ in files?.becameReady() } }
      watchedFiles = files
    }
    publishState(from: before)
  }

  private func find(_ now: Instant) {
    serial += 1
    stamps = [:]
    // Further files of ssh_config are known from the previous attempt.
    stamp(plan.environment.configFiles(plan.configuration) + (machine.lastFailure?.files ?? []))
    let (serial, mailbox) = (serial, mailbox)
    let search = Route.find(plan.configuration, environment: plan.environment) {
      mailbox.post(.found(serial: serial, $0))
    }
    finding = (search, now + Engine.findLimit)
  }

  private func stamp(_ files: [String]) {
    for file in files where stamps[file] == nil { stamps[file] = SmallFile.Stamp(of: file) }
  }

  private func begin(_ route: Route) throws(TunnelFailure) {
    self.route = route
    for server in route.servers { stamp(server.files) }
    load = SessionLoad()
    chain = try SessionChain(route, terms: terms, load: load, loop: loop, now: MonotonicTime.now)
    hasWork = true
  }

  private func turnChain(_ now: Instant) {
    guard let chain else { return }
    let wasUp = chain.relay != nil
    let answered = chain.relay?.answers
    do throws(TunnelFailure) {
      hasWork = try chain.turn(now) || hasWork
      if !wasUp, let relay = chain.relay {
        session = pool.nextNumber()
        statusStore.add(
          .init(serial: session, peer: relay.transport.peer.description, since: WallClock.milliseconds),
          load: load
        )
        handle(.connected)
      }
      if wasUp, chain.relay?.answers != answered { publishQuality(now) }
      publishWait(chain.waitsFor)
    } catch {
      fail(error)
    }
  }

  private func fail(_ failure: TunnelFailure) {
    handle(
      .failed(
        failure.completed(
          ssh: plan.configuration.sshArguments,
          host: route?.host?.hostName ?? plan.configuration.host, asOwner: plan.environment.asOwner)))
  }

  private func handle(_ gap: Loop.Gap) {
    if case .stalled = gap.length, machine.state == .up {
      probe(.lateness)
    } else {
      handle(.systemChanged(.resumed(lastAwake: gap.lastAwake)))
    }
  }

  /// The thread of a further session detects its own delays.
  private func probe(_ reason: ProbeReason) {
    chain?.probe(reason)
    switch reason {
    case .lateness: break
    case .path, .source: pool.probe(reason)
    }
  }

  /// Abandons the current attempt or session. Clients that were not served yet wait for the next session.
  private func dropChain() {
    finding?.search.cancel()
    finding = nil
    waiting.requeue(chain?.abandon() ?? [])
    chain = nil
    publishWait(nil)
    statusStore.remove(session: session)
  }

  private func shutDown() {
    let search = finding?.search
    waiting.requeue(chain?.abandon() ?? [])
    chain?.disconnect()
    handle(.stop)
    listeners.closeAll()
    pool.join()
    for case .session(let number, let report) in mailbox.collect() {
      waiting.requeue(pool.handle(report, of: number))
    }
    for client in waiting.drain() {
      client.reset()
      client.end(.cutWithTunnel)
    }
    // The search was cancelled. Wait for it, so that none of its processes outlives this one.
    search?.join(within: 0.5)
  }
}

extension TunnelStateMachine.Event {
  fileprivate var endsAll: Bool {
    switch self {
    case .reconnect, .stop: true
    case .start, .connected, .failed, .timePassed, .retry, .clientWaits, .systemChanged: false
    }
  }
}

extension TunnelFailure {
  fileprivate static func unresolved(_ configuration: TunnelConfiguration, _ limit: Duration) -> TunnelFailure
  {
    TunnelFailure(
      .dns, "\(configuration.host) did not resolve within \(limit)",
      remedy: "check the resolver, and HostName in ssh_config")
  }
}
