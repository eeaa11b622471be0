internal import Glibc
internal import Platform
internal import SSH

/// The way to one SSH server, up to a session that can carry channels, one step at a time.
///
/// Belongs to the thread whose loop it lives in.
final class Attempt {
  typealias Instant = MonotonicTime

  /// What the session runs over.
  enum Entry {
    /// A TCP connection to one of these.
    case addresses([SocketAddress])
    /// A stream that is there already: a channel of a jump host.
    case stream(Socket)
  }

  private enum Stage {
    case connecting(deadline: Instant)
    case handshake(Link, deadline: Instant)
    case authenticating(Link, Authenticator, deadline: Instant)
  }

  private static let sessionLimit: Duration = .seconds(15)

  let resolution: Resolution
  private let configuration: TunnelConfiguration
  private let knownHosts: KnownHosts
  private let loop: Loop
  private var watch: Watch?
  private var addresses: ArraySlice<SocketAddress> = []
  private var peer: SocketAddress?
  private var stage: Stage
  /// The socket while it connects, before a link owns it, and whether the kernel has the outcome.
  private var socket: Socket?
  private var hasOutcome = false
  private var lastRefusal: TunnelFailure?

  init(
    _ resolution: Resolution, _ entry: Entry, configuration: TunnelConfiguration, loop: Loop, now: Instant
  ) throws(TunnelFailure) {
    self.resolution = resolution
    self.configuration = configuration
    self.knownHosts = try KnownHosts(resolution)
    self.loop = loop
    self.stage = .connecting(deadline: now)
    switch entry {
    case .addresses(let addresses):
      self.addresses = addresses[...]
      try connectToNext(now)
    case .stream(let socket):
      try begin(socket, peer: HostPort(host: resolution.hostName, port: resolution.port), now)
    }
  }

  var deadline: Instant {
    switch stage {
    case .connecting(let deadline), .handshake(_, let deadline), .authenticating(_, _, let deadline):
      deadline
    }
  }

  /// Goes as far as it can without waiting; the link once it is authenticated.
  func step(now: Instant) throws(TunnelFailure) -> Link? {
    while true {
      switch stage {
      case .connecting(let deadline):
        guard try finishConnect(deadline, now) else { return nil }
      case .handshake(let link, let deadline):
        guard try shakeHands(link, deadline, now) else { return nil }
        try verify(link)
        stage = .authenticating(link, try Authenticator(resolution), deadline: deadline)
      case .authenticating(let link, let authenticator, let deadline):
        _ = link.takeIn(now: now)
        let progress = try authenticator.step(link.session)
        _ = link.flush()
        if progress == .done { return link }
        try giveUpIfDead(link, deadline, now)
        return nil
      }
    }
  }

  private func begin(_ socket: Socket, peer: HostPort, _ now: Instant) throws(TunnelFailure) {
    do throws(SSHError) {
      let types = knownHosts.keyTypes(
        name: resolution.hostKeyName, port: resolution.hostKeyPort, allowed: resolution.algorithms.hostKeys)
      let link = try Link(
        socket: socket, peer: peer, hostKeyTypes: types, algorithms: resolution.algorithms, loop: loop,
        now: now)
      stage = .handshake(link, deadline: now + Attempt.sessionLimit)
    } catch {
      throw TunnelFailure(broken: error, resolution)
    }
  }

  private func shakeHands(
    _ link: Link, _ deadline: Instant, _ now: Instant
  ) throws(TunnelFailure) -> Bool {
    _ = link.takeIn(now: now)
    let progress: Session.Progress
    do throws(SSHError) { progress = try link.session.handshake() } catch {
      throw TunnelFailure(broken: error, resolution, knownHosts: knownHosts)
    }
    _ = link.flush()
    if progress == .done { return true }
    try giveUpIfDead(link, deadline, now)
    return false
  }

  private func giveUpIfDead(
    _ link: Link, _ deadline: Instant, _ now: Instant
  ) throws(TunnelFailure) {
    if link.end != nil, link.session.wire.inbound.isEmpty {
      throw TunnelFailure(
        broken: SSHError(code: .disconnected, operation: "the handshake", detail: ""), resolution)
    }
    if now >= deadline {
      throw TunnelFailure(
        .connectTimeout,
        "\(link.peer) took the connection, but the SSH session was not up within \(Attempt.sessionLimit)",
        remedy: "check that sshd answers there: ssh -v \(configuration.host)")
    }
  }

  private func verify(_ link: Link) throws(TunnelFailure) {
    guard let key = link.session.hostKey else {
      throw TunnelFailure(
        .protocolError, "\(link.peer) showed no host key", remedy: "ssh -v \(configuration.host)")
    }
    let answer = knownHosts.check(key, name: resolution.hostKeyName, port: resolution.hostKeyPort)
    if let failure = TunnelFailure(
      hostKey: answer, key, resolution, knownHosts)
    {
      throw failure
    }
  }
}

// MARK: - TCP

extension Attempt {
  private func connectToNext(_ now: Instant) throws(TunnelFailure) {
    while let address = addresses.popFirst() {
      do throws(SystemError) {
        let descriptor = try StreamSocket.connect(
          to: address, userTimeout: resolution.keepalive(configuration).timeout)
        let socket = Socket(descriptor)
        hasOutcome = false
        watch = try loop.watch(socket.raw) { [weak self] _ in self?.hasOutcome = true }
        self.socket = socket
        peer = address
        stage = .connecting(deadline: now + resolution.connectTimeout)
        return
      } catch {
        lastRefusal = TunnelFailure(connecting: address, code: error.code)
      }
    }
    throw lastRefusal
      ?? TunnelFailure(
        .dns, "\(resolution.hostName) has no address", remedy: "try: getent hosts \(resolution.hostName)")
  }

  private func finishConnect(
    _ deadline: Instant, _ now: Instant
  ) throws(TunnelFailure) -> Bool {
    guard let socket, let peer else { return false }
    let code = hasOutcome ? StreamSocket.connectionError(of: socket.descriptor) : EINPROGRESS
    if code == EINPROGRESS, now < deadline { return false }
    self.socket = nil
    watch = nil
    guard code == 0 else {
      lastRefusal = TunnelFailure(connecting: peer, code: code == EINPROGRESS ? ETIMEDOUT : code)
      try connectToNext(now)
      return false
    }
    try begin(socket, peer: HostPort(host: peer.host, port: peer.port), now)
    return true
  }
}

extension TunnelFailure {
  fileprivate init(connecting peer: SocketAddress, code: Int32) {
    let reason = SystemError("connect", code: code).reason
    if code == ECONNREFUSED {
      self.init(
        .connectRefused, "\(peer): \(reason)",
        remedy: "check that sshd runs on the host and listens on port \(peer.port)")
    } else {
      self.init(
        .connectTimeout, "\(peer): \(reason)",
        remedy: "check the route to \(peer.host): VPN, firewall, ping \(peer.host)")
    }
  }
}
