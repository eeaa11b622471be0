internal import Platform
internal import SSH

/// The way to one SSH server, up to a session that can carry channels, one step at a time.
///
/// Belongs to the thread whose loop it lives in.
final class Attempt {
  typealias Instant = MonotonicTime

  /// What the session runs over.
  enum Entry {
    /// A TCP connection to one of these, from one of those.
    case addresses([SocketAddress], from: [SocketAddress])
    /// A process that leads there (ssh_config(5), ProxyCommand).
    case command(String)
    /// A stream that is there already: a channel of a jump host.
    case stream(Socket)
  }

  private enum Stage {
    case connecting(Dialer)
    case handshake(Link, deadline: Instant)
    case authenticating(Link, Authenticator, deadline: Instant)
  }

  private static let sessionLimit: Duration = .seconds(15)

  let resolution: Resolution
  private let configuration: TunnelConfiguration
  private let knownHosts: KnownHosts
  private let loop: Loop
  private var stage: Stage?

  init(
    _ resolution: Resolution, _ entry: Entry, configuration: TunnelConfiguration, loop: Loop, now: Instant
  ) throws(TunnelFailure) {
    self.resolution = resolution
    self.configuration = configuration
    self.knownHosts = try KnownHosts(resolution)
    self.loop = loop
    switch entry {
    case .addresses(let addresses, let sources):
      let dialer = Dialer(
        addresses, from: sources, resolution, userTimeout: resolution.keepalive(configuration).timeout,
        loop: loop,
        now: now)
      self.stage = .connecting(dialer)
    case .command(let command):
      let proxy = try ProxyCommand(command, loop: loop)
      try begin(proxy.socket, peer: resolution.place, proxy: proxy, now)
    case .stream(let socket): try begin(socket, peer: resolution.place, now)
    }
  }

  var deadline: Instant {
    switch stage {
    case .connecting(let dialer): dialer.deadline
    case .handshake(_, let deadline), .authenticating(_, _, let deadline): deadline
    case nil: .now
    }
  }

  /// Goes as far as it can without waiting; the link once it is authenticated.
  func step(now: Instant) throws(TunnelFailure) -> Link? {
    while true {
      switch stage {
      case nil: return nil
      case .connecting(let dialer):
        guard let (socket, peer) = try dialer.step(now: now) else { return nil }
        try begin(socket, peer: HostPort(host: peer.host, port: peer.port), now)
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

  private func begin(
    _ socket: Socket, peer: HostPort, proxy: ProxyCommand? = nil, _ now: Instant
  ) throws(TunnelFailure) {
    do throws(SSHError) {
      let types = knownHosts.keyTypes(
        name: resolution.hostKeyName, port: resolution.hostKeyPort, allowed: resolution.algorithms.hostKeys)
      let link = try Link(
        socket: socket, peer: peer, hostKeyTypes: types, algorithms: resolution.algorithms, proxy: proxy,
        loop: loop, now: now)
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
      throw TunnelFailure(broken: error, resolution, knownHosts: knownHosts, proxyWords: link.proxyWords)
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
        broken: SSHError(code: .disconnected, operation: "the handshake", detail: ""), resolution,
        proxyWords: link.proxyWords)
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

extension Resolution {
  fileprivate var place: HostPort { HostPort(host: hostName, port: port) }
}
