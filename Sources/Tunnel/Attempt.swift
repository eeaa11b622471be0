internal import Glibc
internal import Platform
internal import SSH

/// The way from a host's name to a session that can carry channels, one step at a time.
///
/// Belongs to the tunnel's thread; only the name resolution runs elsewhere and comes back by mail.
final class Attempt {
  private enum Stage {
    case resolving(deadline: SuspendingClock.Instant)
    case connecting(deadline: SuspendingClock.Instant)
    case handshake(Link, deadline: SuspendingClock.Instant)
    case authenticating(Link, Authenticator, deadline: SuspendingClock.Instant)
  }

  /// A name that takes longer to resolve is given up; resolvers have timeouts of their own below this.
  private static let resolveLimit: Duration = .seconds(30)
  private static let sessionLimit: Duration = .seconds(15)

  let serial: UInt32
  private let configuration: TunnelConfiguration
  private(set) var resolution: Resolution?
  private var addresses: ArraySlice<SocketAddress> = []
  private var peer: SocketAddress?
  private var knownHosts: KnownHosts?
  private var stage: Stage
  /// Registers a socket with the loop, under this attempt's name.
  private let watch: (Int32) throws(SystemError) -> Void
  /// The socket while it connects, before a link owns it, and whether the kernel has the outcome.
  private var socket: Socket?
  private var hasOutcome = false
  private var lastRefusal: TunnelFailure?

  init(
    serial: UInt32, configuration: TunnelConfiguration, now: SuspendingClock.Instant,
    watch: @escaping (Int32) throws(SystemError) -> Void
  ) {
    self.serial = serial
    self.configuration = configuration
    self.stage = .resolving(deadline: now + Attempt.resolveLimit)
    self.watch = watch
  }

  var deadline: SuspendingClock.Instant {
    switch stage {
    case .resolving(let deadline), .connecting(let deadline), .handshake(_, let deadline),
      .authenticating(_, _, let deadline):
      deadline
    }
  }

  var link: Link? {
    switch stage {
    case .handshake(let link, _), .authenticating(let link, _, _): link
    case .resolving, .connecting: nil
    }
  }

  func resolved(
    _ resolution: Resolution, _ addresses: [SocketAddress], now: SuspendingClock.Instant
  ) throws(TunnelFailure) {
    self.resolution = resolution
    self.addresses = addresses[...]
    self.knownHosts = KnownHosts(files: resolution.knownHostsFiles)
    try connectToNext(resolution, now)
  }

  func becameReady(_ readiness: Epoll.Readiness) {
    if let link {
      if readiness.wakesReader { link.isReadable = true }
      if readiness.wakesWriter { link.isWritable = true }
    } else {
      hasOutcome = true
    }
  }

  /// Goes as far as it can without waiting; the link once it is authenticated.
  func step(now: SuspendingClock.Instant) throws(TunnelFailure) -> Link? {
    guard let resolution else {
      if now >= deadline {
        throw TunnelFailure(
          .dns, "\(configuration.host) did not resolve within \(Attempt.resolveLimit)",
          remedy: "try: getent hosts \(configuration.host); ssh -G \(configuration.host)")
      }
      return nil
    }
    while true {
      switch stage {
      case .resolving: return nil
      case .connecting(let deadline):
        guard try finishConnect(resolution, deadline, now) else { return nil }
      case .handshake(let link, let deadline):
        guard try shakeHands(link, resolution, deadline, now) else { return nil }
        try verify(link, resolution)
        stage = .authenticating(link, try Authenticator(resolution), deadline: deadline)
      case .authenticating(let link, let authenticator, let deadline):
        _ = link.takeIn(now: now)
        let progress = try authenticator.step(link.session)
        _ = link.flush()
        if progress == .done { return link }
        try giveUpIfDead(link, resolution, deadline, now)
        return nil
      }
    }
  }

  private func shakeHands(
    _ link: Link, _ resolution: Resolution, _ deadline: SuspendingClock.Instant,
    _ now: SuspendingClock.Instant
  ) throws(TunnelFailure) -> Bool {
    _ = link.takeIn(now: now)
    let progress: Session.Progress
    do throws(SSHError) { progress = try link.session.handshake() } catch {
      throw TunnelFailure(broken: error, resolution)
    }
    _ = link.flush()
    if progress == .done { return true }
    try giveUpIfDead(link, resolution, deadline, now)
    return false
  }

  private func giveUpIfDead(
    _ link: Link, _ resolution: Resolution, _ deadline: SuspendingClock.Instant,
    _ now: SuspendingClock.Instant
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

  private func verify(_ link: Link, _ resolution: Resolution) throws(TunnelFailure) {
    guard let key = link.session.hostKey, let knownHosts else {
      throw TunnelFailure(
        .protocolError, "\(link.peer) showed no host key", remedy: "ssh -v \(configuration.host)")
    }
    let answer = knownHosts.check(key, name: resolution.hostKeyName, port: resolution.port)
    if let failure = TunnelFailure(
      hostKey: answer, key, resolution, knownHosts, host: configuration.host,
      sshConfig: configuration.sshConfig)
    {
      throw failure
    }
  }
}

// MARK: - TCP

extension Attempt {
  private func connectToNext(_ resolution: Resolution, _ now: SuspendingClock.Instant) throws(TunnelFailure) {
    while let address = addresses.popFirst() {
      do throws(SystemError) {
        let descriptor = try StreamSocket.connect(to: address, userTimeout: configuration.keepaliveTimeout)
        try watch(descriptor.raw)
        socket = Socket(descriptor)
        hasOutcome = false
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
    _ resolution: Resolution, _ deadline: SuspendingClock.Instant, _ now: SuspendingClock.Instant
  ) throws(TunnelFailure) -> Bool {
    guard let socket, let peer else { return false }
    let code = hasOutcome ? StreamSocket.connectionError(of: socket.descriptor) : EINPROGRESS
    if code == EINPROGRESS, now < deadline { return false }
    self.socket = nil
    guard code == 0 else {
      lastRefusal = TunnelFailure(connecting: peer, code: code == EINPROGRESS ? ETIMEDOUT : code)
      try connectToNext(resolution, now)
      return false
    }
    do throws(SSHError) {
      let types = knownHosts?.keyTypes(name: resolution.hostKeyName, port: resolution.port) ?? []
      let link = try Link(socket: socket, peer: peer, hostKeyTypes: types, now: now)
      link.isReadable = true
      link.isWritable = true
      stage = .handshake(link, deadline: now + Attempt.sessionLimit)
    } catch {
      throw TunnelFailure(broken: error, resolution)
    }
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
