internal import GuardTypes
internal import Platform
internal import SSH
internal import Synchronization

/// One session, connecting or up, with the sessions to its jump hosts.
///
/// Each hop is a separate session, verified and authenticated separately, which carries the bytes of the next session
/// over a channel and a socket pair. Belongs to the thread of its event loop.
final class SessionChain {
  typealias Instant = MonotonicTime

  /// The settings that all sessions of a tunnel share.
  struct Terms: Sendable {
    let configuration: TunnelConfiguration
    let budget: WindowBudget
    let observer: any RelayObserver
    /// The targets to check while they carry no traffic.
    let checked: [StreamAddress]

    /// The same terms without checks: only one session of a tunnel checks the targets.
    var withoutChecks: Terms {
      Terms(configuration: configuration, budget: budget, observer: observer, checked: [])
    }
  }

  private let terms: Terms
  private let loop: Loop
  private var ahead: ArraySlice<Resolution>
  private var attempt: Attempt?
  private var hops: [(relay: Relay, observer: HopObserver)] = []
  private(set) var relay: Relay?
  private let load: SessionLoad

  init(
    _ route: Route, terms: Terms, load: SessionLoad, loop: Loop, now: Instant
  ) throws(TunnelFailure) {
    self.terms = terms
    self.load = load
    self.loop = loop
    self.ahead = route.servers[...]
    guard let first = ahead.popFirst() else { return }
    self.attempt = try Attempt(
      first, route.entry, configuration: terms.configuration, loop: loop, now: now)
  }

  var resolution: Resolution? { attempt?.resolution }

  /// The thing that the login waits for, as the end of a sentence; nil if it waits for the server only.
  var waitsFor: String? {
    attempt?.awaitedKey.map { "the agent to sign with \($0): it may ask for a touch or an approval" }
  }

  /// The jump hosts that are connected, described by their peers.
  var via: [String] { hops.map(\.relay.transport.peer.description) }

  var nextDeadline: Instant? {
    var next = attempt?.deadline
    next.lower(to: relay?.nextDeadline)
    for hop in hops { next.lower(to: hop.relay.nextDeadline) }
    return next
  }

  /// Processes everything that is possible without waiting.
  ///
  /// - Returns: true if the turn ended with work left.
  /// - Throws: why there is no session, or why it was lost.
  func turn(_ now: Instant) throws(TunnelFailure) -> Bool {
    var hasWork = false
    for hop in hops {
      do throws(TunnelFailure) {
        hasWork = try hop.relay.turn(now) || hasWork
      } catch {
        throw hop.relay.transport.explain(error).at(jumpHost: hop.relay.transport.peer)
      }
      let transport = hop.relay.transport
      if let failure = hop.observer.failure(of: transport.peer, transport.session.server) { throw failure }
    }
    if let attempt {
      let transport: Transport?
      do throws(TunnelFailure) { transport = try attempt.step(now: now) } catch {
        let failure = error.adding(attempt.resolution.notes)
        throw ahead.isEmpty ? failure : failure.at(jumpHost: nil)
      }
      if let transport {
        try advance(over: transport, attempt.resolution, now)
        hasWork = true
      }
      hasWork = hasWork || attempt.hasWork
    }
    if let relay {
      do throws(TunnelFailure) { hasWork = try relay.turn(now) || hasWork } catch {
        throw relay.transport.explain(error)
      }
    }
    return hasWork
  }

  private func advance(over transport: Transport, _ passed: Resolution, _ now: Instant) throws(TunnelFailure)
  {
    attempt = nil
    let configuration = terms.configuration
    guard let next = ahead.popFirst() else {
      relay = Relay(
        transport, keepalive: passed.keepalive(configuration), checked: terms.checked,
        checkInterval: configuration.targetCheckInterval, budget: terms.budget, load: load, loop: loop,
        observer: terms.observer, now: now)
      return
    }
    let observer = HopObserver()
    // The only channel of a hop carries a whole session, which limits its own data. So the hop has a budget of its own
    // that allows the largest window.
    let hop = Relay(
      transport, keepalive: passed.keepalive(configuration), checked: [],
      checkInterval: configuration.targetCheckInterval, budget: WindowBudget(4 * ReceiveWindow.largest),
      load: SessionLoad(), loop: loop, observer: observer, now: now)
    let pair: (Int32, Int32)
    do throws(SystemError) { pair = try StreamSocket.pair() } catch {
      throw TunnelFailure(
        .connectRefused, "no socket pair for a jump host: \(error)", remedy: "check limits: ulimit -n")
    }
    let (near, far) = (Socket(Descriptor(owning: pair.0)), Socket(Descriptor(owning: pair.1)))
    hop.serve(
      Client(
        number: 0, socket: far, origin: HostPort(host: "127.0.0.1", port: 0),
        target: StreamAddress(host: next.hostName, port: next.port), deadline: now))
    hops.append((hop, observer))
    attempt = try Attempt(next, .stream(near), configuration: terms.configuration, loop: loop, now: now)
  }

  /// Probes every server of the chain.
  func probe(_ reason: ProbeReason) {
    for hop in hops { hop.relay.probe(reason) }
    relay?.probe(reason)
    if case .source = reason { attempt?.checkSource() }
  }

  /// Abandons the session and returns the clients that were not served yet.
  func abandon() -> [Client] { relay?.abandon() ?? [] }

  /// Sends disconnect messages, innermost session first, as far as the sockets accept them.
  func disconnect() {
    relay?.disconnect()
    for hop in hops.reversed() { hop.relay.disconnect() }
  }
}

/// Records the result of the one channel of a jump host.
private final class HopObserver: RelayObserver {
  private let missed = Mutex<(target: StreamAddress, reason: String)?>(nil)

  func reached(_ target: StreamAddress) {}
  func missed(_ target: StreamAddress, reason: String, by server: ServerProgram) {
    missed.withLock { $0 = (target, reason) }
  }
  func refused(_ client: Client, reason: String, _ end: ConnectionEnd) {}

  func failure(of jumpHost: HostPort, _ program: ServerProgram) -> TunnelFailure? {
    let option = program == .dropbear ? "that dropbear runs without -j" : "AllowTcpForwarding"
    return missed.withLock { $0 }.map { target, reason in
      TunnelFailure(
        .connectRefused, "\(JumpHost.place) \(jumpHost) could not reach \(target): \(reason)",
        remedy: "check on \(jumpHost.host) that \(target) can be reached (nc -vz), and \(option)")
    }
  }
}

extension TunnelFailure {
  /// The same failure with the warnings about ssh_config, which may be its cause.
  fileprivate func adding(_ notes: [String]) -> TunnelFailure {
    notes.isEmpty ? self : reworded("\(message); in ssh_config, \(notes.listed("; "))")
  }

  /// The same failure with the jump host named in the message.
  fileprivate func at(jumpHost: HostPort?) -> TunnelFailure {
    let place = jumpHost.map { "\(JumpHost.place) \($0): " } ?? "\(JumpHost.place): "
    return reworded(place + message)
  }
}
