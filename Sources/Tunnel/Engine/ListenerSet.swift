internal import Glibc
internal import GuardTypes
internal import Platform
internal import Synchronization

/// The local sockets of a tunnel. Binds them, accepts connections and decides which of them are admitted.
///
/// Belongs to the tunnel's thread.
final class ListenerSet {
  typealias Instant = MonotonicTime

  /// The maximum number of connections accepted per turn and listener: a flood must not delay other work.
  private static let acceptLimit = 64

  private let forwards: [TunnelConfiguration.Forward]
  private let hold: Duration
  private let statusStore: StatusStore
  private let reporter: RelayReporter
  private let observer: @Sendable (TunnelEvent) -> Void
  private let loop: Loop
  /// One listener per forward, in their order; the internal one is last.
  private var listeners: [Listener]
  private let shares: PortShares
  private let owners = PeerOwners()
  /// The owners at their limit, by index of the listener.
  private var limitedOwners: [LimitedOwners]
  /// The reason why a listener accepts no connections, by index; nil if it does.
  private var shortages: [String?]
  /// The indices of listeners with pending connections.
  private var pending: Set<Int> = []
  /// The time at which listeners that could not accept try again.
  private var nextAccept: Instant?
  private var lastClient: UInt32 = 0

  init(_ plan: Engine.Plan, statusStore: StatusStore, reporter: RelayReporter, loop: Loop) throws(SystemError)
  {
    self.forwards = plan.configuration.forwards
    self.hold = plan.configuration.hold
    self.statusStore = statusStore
    self.reporter = reporter
    self.observer = plan.observer
    self.loop = loop
    self.listeners = try ListenerSet.listeners(plan, statusStore)
    self.shares = PortShares(descriptors: plan.descriptors, ownUID: PeerCredentials.ownUID)
    self.limitedOwners = listeners.map { _ in LimitedOwners() }
    self.shortages = listeners.map { _ in nil }
    for index in listeners.indices where listeners[index].isListening {
      try watch(index)
      publishState(of: index)
    }
  }

  private static func listeners(_ plan: Engine.Plan, _ statusStore: StatusStore) throws(SystemError)
    -> [Listener]
  {
    var listeners: [Listener] = []
    for (forward, counters) in zip(plan.configuration.forwards, statusStore.counters) {
      guard let address = SocketAddress(forward.listen) else {
        throw SystemError("listen address \(forward.listen)", code: EINVAL)
      }
      listeners.append(
        Listener(
          kind: .forward(counters), address: address, target: forward.target,
          adopted: plan.adopted[forward.listen]))
    }
    guard let socket = plan.internalSocket.address else {
      throw SystemError("socket \(plan.internalSocket)", code: ENAMETOOLONG)
    }
    listeners.append(Listener(kind: .own, address: socket, target: plan.internalTarget, adopted: nil))
    return listeners
  }

  var nextDeadline: Instant? {
    var next = nextAccept
    for listener in listeners {
      if case .busy(_, let retry) = listener.state { next.lower(to: retry) }
    }
    for owner in limitedOwners { next.lower(to: owner.due) }
    return next
  }

  // MARK: - Sockets

  private func watch(_ index: Int) throws(SystemError) {
    try listeners[index].watch(by: loop) { [weak self] _ in self?.pending.insert(index) }
  }

  /// Binds the addresses that are not bound yet.
  func bind(_ now: Instant) {
    for (index, listener) in listeners.enumerated() where listener.bind(now: now) {
      try? watch(index)
      publishState(of: index)
    }
  }

  /// Sets the target of the internal socket.
  func setInternalTarget(_ target: StreamAddress) {
    for listener in listeners { if case .own = listener.kind { listener.target = target } }
  }

  /// Closes the internal socket so that it is bound again.
  func closeInternal() {
    for listener in listeners { if case .own = listener.kind { listener.close() } }
  }

  /// Closes every socket. Accepted connections continue.
  func closeAll() {
    listeners = []
    pending = []
    nextAccept = nil
  }

  // MARK: - Connections

  /// Accepts pending connections.
  ///
  /// - Parameter prepareInternal: called before a connection to the internal socket is accepted, because a message that
  ///   sets its target may be waiting.
  /// - Returns: admitted clients, and whether more connections may be pending.
  func accept(_ now: Instant, prepareInternal: () -> Void) -> (clients: [Client], hasMore: Bool) {
    if let due = nextAccept, now >= due {
      nextAccept = nil
      pending.formUnion(listeners.indices)
    }
    let ready = pending
    pending = []
    var clients: [Client] = []
    // The internal socket is the last one, and is served first.
    for index in ready.sorted(by: >) where accept(index, prepareInternal, &clients) { pending.insert(index) }
    return (clients, !pending.isEmpty)
  }

  /// - Returns: true if more may be pending.
  private func accept(_ index: Int, _ prepareInternal: () -> Void, _ clients: inout [Client]) -> Bool {
    let listener = listeners[index]
    do throws(SystemError) {
      for _ in 0..<ListenerSet.acceptLimit {
        guard let accepted = try listener.accept() else {
          if !listener.isShort { setShortage(nil, of: index) }
          return false
        }
        switch listener.kind {
        case .forward(let counters):
          if let client = admit(accepted, index, counters) { clients.append(client) }
        case .own:
          // Only this process may use the internal socket, because its requests contain the cluster's credentials.
          guard accepted.isOwn else { continue }
          prepareInternal()
          clients.append(client(accepted, to: listener.target, owner: .own))
        }
      }
      return true
    } catch {
      // Most likely no descriptor is left. Connections stay in the kernel's queue, and edge-triggered epoll does not
      // report them again.
      nextAccept = MonotonicTime.now + .milliseconds(250)
      reporter.report(refused: "\(listener.target)", count: 0, reason: error.description)
      setShortage(error.reason, of: index)
      return false
    }
  }

  private func admit(
    _ accepted: Listener.Accepted, _ index: Int, _ counters: ForwardCounters
  ) -> Client? {
    let target = listeners[index].target
    let owner = owners.owner(of: accepted.socket, origin: accepted.address)
    if let admission = shares.admit(owner) {
      return client(accepted, to: target, owner: owner, admission, counters)
    }
    StreamSocket.resetOnClose(accepted.socket.descriptor)
    counters.refused.add(1, ordering: .relaxed)
    let open = shares.count(of: owner)
    reporter.report(
      refused: "\(target)", count: 1, reason: "\(owner.description) has \(open) connections open, its share")
    if limitedOwners[index].refuse(owner, open: open, now: MonotonicTime.now) {
      publishLimitedOwners(of: index)
    }
    return nil
  }

  /// A client that reads the output of a command on the far side.
  func client(of command: String, output: Socket, deadline: Instant) -> Client {
    lastClient &+= 1
    let none = HostPort(host: "127.0.0.1", port: 0)
    return Client(
      number: lastClient, socket: output, origin: none, target: .tcp(none), command: command,
      deadline: deadline)
  }

  private func client(
    _ accepted: Listener.Accepted, to target: StreamAddress, owner: ClientOwner,
    _ admission: PortShares.Admission? = nil, _ counters: ForwardCounters? = nil
  ) -> Client {
    lastClient &+= 1
    return Client(
      number: lastClient, socket: accepted.socket, owner: owner, admission: admission,
      origin: accepted.origin, target: target, counters: counters, deadline: MonotonicTime.now + hold)
  }

  // MARK: - Status

  private func publishState(of index: Int) {
    guard forwards.indices.contains(index) else { return }
    let listen = forwards[index].listen
    var state = ForwardState.listening
    var holder: String?
    if case .busy(let name, _) = listeners[index].state { (state, holder) = (.portBusy, name) }
    statusStore.publish {
      $0.forwards[index].state = state
      $0.forwards[index].holder = holder
    }
    observer(
      state == .listening ? .forwardListening(listen: listen) : .forwardBusy(listen: listen, holder: holder))
  }

  /// - Parameter reason: why the port accepts no connections; nil if it does again.
  private func setShortage(_ reason: String?, of index: Int) {
    guard shortages[index] != reason, forwards.indices.contains(index) else { return }
    shortages[index] = reason
    statusStore.publish { $0.forwards[index].shortage = reason }
    observer(.admissionChanged(listen: forwards[index].listen))
  }

  private func publishLimitedOwners(of index: Int) {
    let limitedOwners = limitedOwners[index].list
    statusStore.publish { $0.forwards[index].limitedOwners = limitedOwners }
    observer(.admissionChanged(listen: forwards[index].listen))
  }

  /// Removes owners that were refused long ago.
  func expire(_ now: Instant) {
    for index in limitedOwners.indices where limitedOwners[index].expire(now) {
      publishLimitedOwners(of: index)
    }
  }
}
