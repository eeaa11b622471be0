internal import Platform
internal import SSH
internal import Synchronization

/// The work of one session: its connections, its queue of opens, and its liveness check.
///
/// Belongs to the thread of its event loop.
final class Relay {
  typealias Instant = MonotonicTime

  /// The purpose of the session's only pending open (channel.c has one `open_state` per session).
  enum Open {
    case client(Client, ReceiveWindow)
    /// Checks whether the peer is alive.
    case probe
    /// Checks whether a target is reachable.
    case check(StreamAddress)
  }

  /// A channel that is being closed. At the deadline it is dropped, and freed with the session.
  private struct Closing {
    let channel: Channel
    /// Received data that was not read stays in memory until the channel is freed, so its window stays reserved.
    let window: ReceiveWindow?
    let deadline: Instant
  }

  /// If an open is not answered for this long, another session serves the clients that wait behind it.
  static let stuckAfter: Duration = .seconds(3)
  /// A client is reset if its target does not answer for this long.
  static let openLimit: Duration = .seconds(60)
  /// A turn ends after this many bytes, so that the thread can accept new connections.
  private static let turnBytes = 128 << 10
  /// The memory that libssh2 may use for a session in addition to the windows of its connections.
  private static let heldLimit = 16 << 20
  /// The memory that libssh2 may use per byte of a window. A packet of a few bytes needs many times its size.
  private static let heldPerWindowByte = 4
  private static let closeTimeLimit: Duration = .seconds(5)
  private static let loadInterval: Duration = .milliseconds(200)

  let transport: Transport
  let load: SessionLoad
  let observer: any RelayObserver
  let loop: Loop
  let budget: WindowBudget
  /// The targets to check while they carry no traffic.
  let checked: [StreamAddress]
  private var liveness: Liveness
  let keepaliveTimeout: Duration
  private(set) var connections: [UInt32: Connection] = [:]
  /// The numbers of the connections in the order of their turns, and the index of the first turn.
  private var order: [UInt32] = []
  private var first = 0
  /// The clients without a channel.
  private var queue = FairQueue<Client>()
  private(set) var open: (for: Open, since: Instant)?
  private var closing: [Closing] = []
  private let checkInterval: Duration
  private var nextCheck: Instant
  /// The time at which unreachable targets are tried again, regardless of traffic; at once in a new session.
  private var nextRecheck: Instant
  private var rechecks: [StreamAddress] = []
  private var nextLoad: Instant?
  /// The smoothed time from a request to its answer; nil before the first.
  private(set) var answerTime: Duration?
  /// The number of answered opens and probes.
  private(set) var answers = 0
  private var hasLostSource = false
  /// True if the last turn moved data, and all of it belongs to the guard's own requests.
  private(set) var servedOnlyTheGuard = false

  init(
    _ transport: Transport, keepalive: (interval: Duration, timeout: Duration), checked: [StreamAddress],
    checkInterval: Duration, budget: WindowBudget, load: SessionLoad, loop: Loop,
    observer: any RelayObserver, now: Instant
  ) {
    self.transport = transport
    self.load = load
    self.observer = observer
    self.loop = loop
    self.budget = budget
    self.checked = checked
    self.liveness = Liveness(interval: keepalive.interval, timeout: keepalive.timeout)
    self.keepaliveTimeout = keepalive.timeout
    self.checkInterval = checkInterval
    self.nextCheck = now + checkInterval
    self.nextRecheck = now
  }

  /// Queues a client for a channel. `load.clients` counts it already.
  func serve(_ client: Client) { queue.append(client) }

  func probe(_ reason: ProbeReason) {
    switch reason {
    case .lateness: liveness.restart()
    case .path: liveness.suspect()
    case .source: hasLostSource = transport.source?.isLost == true
    }
  }

  var nextDeadline: Instant {
    var next = transport.deadline(liveness.nextCheck(lastReceived: transport.lastReceived))
    if canCheck { next = min(next, nextCheck, nextRecheck) }
    switch open?.for {
    case .client, .check:
      guard let since = open?.since else { break }
      if !load.isStuck.load(ordering: .relaxed) { next = min(next, since + Relay.stuckAfter) }
      if case .client = open?.for { next = min(next, since + Relay.openLimit) }
    case .probe, nil: break
    }
    for closing in closing { next = min(next, closing.deadline) }
    if let nextLoad { next = min(next, nextLoad) }
    return next
  }

  /// A check is also an open and comes after those of clients. Not every session has targets to check.
  private var canCheck: Bool { open == nil && queue.isEmpty && !checked.isEmpty }

  // MARK: - A turn

  /// Serves all connections until no more data moves. Any read may fill the queue of another channel.
  ///
  /// - Returns: true if the turn ended with work left.
  /// - Throws: why the session ended.
  func turn(_ now: Instant) throws(TunnelFailure) -> Bool {
    do throws(SSHError) {
      var hasWork = false
      var carried = 0
      for _ in 0..<8 {
        var moved = transport.receive(now: now)
        if moved { try pumpAny() }
        moved = try advanceOpen(now) || moved
        hasWork = false
        var heldUp: Int?
        for step in order.indices {
          let place = (first + step) % order.count
          if transport.isCongested { heldUp = heldUp ?? place }
          let number = order[place]
          guard let connection = connections[number] else { continue }
          let result = try connection.relay(
            transport, scratch: loop.scratch, answerTime: answerTime, now: now)
          moved = moved || result.moved
          hasWork = hasWork || result.hasMore
          carried += result.bytes
          if connection.isFinished { finish(number, connection, now) }
        }
        // Start the next round with the connection that was blocked. Otherwise the first few would fill a slow path.
        first = heldUp ?? first
        if connections.count < order.count { order.removeAll { connections[$0] == nil } }
        moved = advanceClosing(now) || moved
        moved = transport.flush() || moved
        hasWork = hasWork || moved
        if !moved || carried >= Relay.turnBytes { break }
      }
      if carried > 0 { recordTraffic(carried, now) }
      servedOnlyTheGuard =
        carried > 0 && open == nil && queue.isEmpty && connections.values.allSatisfy(\.client.isUncounted)
      try weigh()
      transport.acknowledge()
      updateLoad(now)
      return try settle(now) || hasWork
    } catch {
      throw loss(error)
    }
  }

  /// Ends the session if libssh2 holds too much memory. libssh2 queues unexpected packets without a limit, so a peer
  /// could exhaust the memory.
  private func weigh() throws(SSHError) {
    let held = transport.session.held
    guard held > Relay.heldLimit else { return }
    var windows = connections.values.reduce(0) { $0 + $1.window.size }
    windows += closing.reduce(0) { $0 + ($1.window?.size ?? 0) }
    guard held > Relay.heldLimit + windows * Relay.heldPerWindowByte else { return }
    throw SSHError(
      code: .protocolViolation, operation: "session",
      detail: "\(held >> 20) MiB of unexpected packets")
  }

  /// Checks after a round whether the peer is alive. True if that needs another turn.
  private func settle(_ now: Instant) throws(SSHError) -> Bool {
    guard !hasLostSource else { throw SSHError(code: .disconnected, operation: Relay.move, detail: "") }
    var hasWork = false
    // No channel has processed these bytes: libssh2 processes them only during an open or a read.
    if !transport.session.wire.inbound.isEmpty, try !pumpAny(), open == nil {
      open = (.probe, now)
      hasWork = true
    }
    if let end = transport.end, transport.session.wire.inbound.isEmpty {
      throw SSHError(code: .disconnected, operation: "connection", detail: end.words)
    }
    if canCheck, let target = nextToCheck(now) {
      open = (.check(target), now)
      hasWork = true
    }
    switch liveness.judge(lastReceived: transport.lastReceived, now: now, quality: { transport.quality }) {
    case .alive: break
    case .ask:
      if open == nil {
        open = (.probe, now)
        hasWork = true
      } else {
        // A probe cannot be sent while an open is pending, and a target that drops packets may delay the answer to that
        // open.
        try transport.session.sendKeepalive(wantsReply: true)
        _ = transport.flush()
      }
    case .dead(let silence):
      throw SSHError(
        code: .disconnected, operation: Relay.silence, detail: "silent for \(silence.components.seconds) s")
    }
    return hasWork
  }

  /// The next target to check: one that was unreachable, or a random one after an interval without traffic.
  private func nextToCheck(_ now: Instant) -> StreamAddress? {
    if now >= nextRecheck {
      nextRecheck = now + checkInterval
      rechecks = observer.unreached.filter(checked.contains)
    }
    if let target = rechecks.popLast() { return target }
    guard now >= nextCheck else { return nil }
    nextCheck = now + checkInterval
    return checked.randomElement()
  }

  /// Makes libssh2 process received data, for all channels at once; false if there is no channel to read from.
  @discardableResult
  private func pumpAny() throws(SSHError) -> Bool {
    guard let connection = connections.values.first else { return false }
    try connection.pump()
    return true
  }

  // MARK: - Opens, one at a time

  private func advanceOpen(_ now: Instant) throws(SSHError) -> Bool {
    if open == nil, !transport.isCongested, let client = queue.popFirst() {
      open = (.client(client, ReceiveWindow(budget, now: now)), now)
    }
    guard let open else { return false }
    switch open.for {
    case .probe:
      switch try transport.session.probe() {
      case .waiting: return false
      case .refused: break
      case .opened(let channel): close(channel, now)
      }
    case .check(let target):
      switch try ask(for: target, origin: HostPort(host: "127.0.0.1", port: 0), window: WindowBudget.floor) {
      case .waiting:
        checkStuck(since: open.since, now)
        return false
      case .refused(let reason): observer.missed(target, reason: reason, by: transport.server)
      case .opened(let channel):
        observer.reached(target)
        close(channel, now)
      }
    case .client(let client, let window):
      guard try openChannel(client, window, since: open.since, now) else { return false }
    }
    answered(now - open.since)
    self.open = nil
    load.isStuck.store(false, ordering: .relaxed)
    return true
  }

  private func openChannel(
    _ client: Client, _ window: ReceiveWindow, since: Instant, _ now: Instant
  ) throws(SSHError) -> Bool {
    let answer =
      client.command == nil
      ? try ask(for: client.target, origin: client.origin, window: window.size)
      : try transport.session.openSession(window: UInt32(window.size))
    switch answer {
    case .waiting:
      checkStuck(since: since, now)
      // The client of a command has a deadline of its own.
      if client.command == nil, now - since >= Relay.openLimit {
        // The answer is still pending, but the client that waited for it is released now.
        open = (.check(client.target), since)
        let reason = "no answer for \(Relay.openLimit.components.seconds) s"
        observer.missed(client.target, reason: reason, by: transport.server)
        refuse(client, reason)
      }
      return false
    case .opened(let channel):
      if client.command == nil { observer.reached(client.target) }
      carry(client, channel, window, now)
    case .refused(let reason):
      if client.command == nil { observer.missed(client.target, reason: reason, by: transport.server) }
      refuse(client, reason)
    }
    return true
  }

  /// Marks the session as stuck if an open is not answered, so that another session serves the clients behind it.
  private func checkStuck(since: Instant, _ now: Instant) {
    if now - since >= Relay.stuckAfter { load.isStuck.store(true, ordering: .relaxed) }
  }

  private func ask(for target: StreamAddress, origin: HostPort, window: Int) throws(SSHError) -> ChannelOpen {
    switch target {
    case .tcp(let place):
      try transport.session.openDirectTCPIP(
        host: place.host, port: place.port, originHost: origin.host, originPort: origin.port,
        window: UInt32(window))
    case .unix(let path): try transport.session.openDirectStreamLocal(path: path, window: UInt32(window))
    }
  }

  private func carry(_ client: Client, _ channel: Channel, _ window: ReceiveWindow, _ now: Instant) {
    let connection = Connection(client, channel: channel, window: window, now: now)
    do throws(SystemError) {
      try connection.watch(by: loop)
      connections[client.number] = connection
      order.append(client.number)
      nextCheck = now + checkInterval
    } catch {
      close(channel, now)
      refuse(client, error.description)
    }
  }

  private func answered(_ time: Duration) {
    answers += 1
    answerTime = answerTime.map { ($0 * 3 + time) / 4 } ?? time
  }

  // MARK: - Ends

  private func finish(_ number: UInt32, _ connection: Connection, _ now: Instant) {
    close(connection.channel, now, window: connection.window)
    connections[number] = nil
    load.remove(client: connection.client.number)
    // Its bulk has ended, which affects where the next connection goes.
    if load.bulk.load(ordering: .relaxed) > 0 { nextLoad = now }
    connection.client.end(connection.end ?? .closedByTarget)
  }

  private func close(_ channel: Channel, _ now: Instant, window: ReceiveWindow? = nil) {
    closing.append(.init(channel: channel, window: window, deadline: now + Relay.closeTimeLimit))
  }

  private func advanceClosing(_ now: Instant) -> Bool {
    let before = closing.count
    guard before > 0 else { return false }
    closing.removeAll { $0.channel.close() == .done || now >= $0.deadline }
    return closing.count < before
  }

  /// Removes and returns the clients that still wait, so that another session serves them.
  func drainQueue() -> [Client] {
    let clients = queue.drain()
    for client in clients { load.remove(client: client.number) }
    return clients
  }

  /// Abandons the session: resets its connections and returns the clients that were not served yet.
  func abandon() -> [Client] {
    for connection in connections.values {
      connection.client.reset()
      load.remove(client: connection.client.number)
      connection.client.end(.cutWithTunnel)
    }
    connections = [:]
    order = []
    var unserved = drainQueue()
    if let open, case .client(let client, _) = open.for {
      // Its open was lost with the session, so the next session serves it first.
      load.remove(client: client.number)
      unserved.insert(client, at: 0)
    }
    open = nil
    return unserved
  }

  // MARK: - Load

  private func recordTraffic(_ bytes: Int, _ now: Instant) {
    load.bytes.add(bytes, ordering: .relaxed)
    nextLoad = nextLoad ?? now
    nextCheck = now + checkInterval
  }

  private func updateLoad(_ now: Instant) {
    guard let due = nextLoad, now >= due else { return }
    let bulk = connections.filter { $0.value.isBulk(now: now) }.keys
    load.recentClients.withLock { recentClients in
      for number in bulk { recentClients.remove(number) }
      load.bulk.store(bulk.count, ordering: .relaxed)
    }
    // Check again while there is bulk, because the end of bulk causes no event.
    nextLoad = !bulk.isEmpty ? now + Relay.loadInterval : nil
  }
}
