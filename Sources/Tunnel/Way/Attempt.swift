internal import GuardTypes
internal import Platform
internal import SSH

/// The way to one SSH server, up to a session that can carry channels, one step at a time.
///
/// Belongs to the thread whose loop it lives in.
final class Attempt {
  typealias Instant = MonotonicTime

  /// What the session runs over.
  enum Entry: Sendable {
    /// A TCP connection to one of these, from one of those where BindAddress names any.
    case addresses([SocketAddress], from: [SocketAddress])
    /// What ProxyCommand reads and writes.
    case command(String)
    /// A stream that is there already: a channel of a jump host.
    case stream(Socket)
  }

  private enum Stage {
    case dialling(Dialer)
    /// A command is to reach the server: nothing was heard of it yet.
    case awaiting(Link, deadline: Instant)
    case handshake(Link, deadline: Instant)
    case authenticating(Link, Authenticator, deadline: Instant)
  }

  /// What libssh2 may hold of a server that did not let us in yet: a handshake is some 100 KB.
  private static let heldLimit = 4 << 20

  private static let rounds = 8

  let resolution: Resolution
  private let knownHosts: KnownHosts
  private let loop: Loop
  private var stage: Stage
  /// The last step ended with work in hand: a server that never stops sending gets no thread for itself.
  private(set) var hasWork = false

  init(
    _ resolution: Resolution, _ entry: Entry, configuration: TunnelConfiguration, loop: Loop, now: Instant
  ) throws(TunnelFailure) {
    self.resolution = resolution
    self.knownHosts = try KnownHosts(resolution)
    self.loop = loop
    let server = HostPort(host: resolution.hostName, port: resolution.port)
    switch entry {
    case .addresses(let addresses, let sources):
      stage = .dialling(
        try Dialer(
          to: addresses, from: sources, resolution,
          userTimeout: resolution.keepalive(configuration).timeout, loop: loop, now: now))
    case .command(let command):
      let proxy = try ProxyCommand(command, resolution)
      let link = try Attempt.link(over: proxy.socket, server, proxy, resolution, knownHosts, loop, now)
      // As for ssh(1), the limit of connecting ends with the server's first word.
      stage = .awaiting(link, deadline: now + resolution.connectTimeout)
    case .stream(let socket):
      let link = try Attempt.link(over: socket, server, nil, resolution, knownHosts, loop, now)
      stage = .handshake(link, deadline: now + resolution.connectTimeout)
    }
  }

  var deadline: Instant {
    switch stage {
    case .dialling(let dialer): dialer.deadline
    case .awaiting(_, let deadline), .handshake(_, let deadline), .authenticating(_, _, let deadline):
      deadline
    }
  }

  /// Goes as far as it can without waiting; the link once it is authenticated.
  func step(now: Instant) throws(TunnelFailure) -> Link? {
    do throws(TunnelFailure) { return try advance(now) } catch { throw link?.explain(error) ?? error }
  }

  private var link: Link? {
    switch stage {
    case .dialling: nil
    case .awaiting(let link, _), .handshake(let link, _), .authenticating(let link, _, _): link
    }
  }

  private func advance(_ now: Instant) throws(TunnelFailure) -> Link? {
    while true {
      switch stage {
      case .dialling(let dialer):
        guard let (socket, address) = try dialer.step(now: now) else { return nil }
        let peer = HostPort(host: address.host, port: address.port)
        let link = try Attempt.link(over: socket, peer, nil, resolution, knownHosts, loop, now)
        stage = .handshake(link, deadline: now + resolution.connectTimeout)
      case .awaiting(let link, let deadline), .handshake(let link, let deadline):
        guard try shakeHands(link, deadline, now) else {
          if case .awaiting = stage, link.wasHeard {
            stage = .handshake(link, deadline: now + resolution.connectTimeout)
          }
          return nil
        }
        try verify(link)
        stage = .authenticating(link, Authenticator(resolution), deadline: deadline)
      case .authenticating(let link, let authenticator, let deadline):
        let isDone = try converse(link, now) { () throws(TunnelFailure) in
          try authenticator.step(link.session)
        }
        if isDone { return link }
        try giveUpIfDead(link, deadline, now)
        return nil
      }
    }
  }

  private static func link(
    over socket: Socket, _ peer: HostPort, _ proxy: ProxyCommand?, _ resolution: Resolution,
    _ knownHosts: KnownHosts, _ loop: Loop, _ now: Instant
  ) throws(TunnelFailure) -> Link {
    do throws(SSHError) {
      let types = knownHosts.keyTypes(
        name: resolution.hostKeyName, port: resolution.hostKeyPort, allowed: resolution.algorithms.hostKeys)
      return try Link(
        socket: socket, peer: peer, proxy: proxy, hostKeyTypes: types, algorithms: resolution.algorithms,
        loop: loop, now: now)
    } catch {
      throw TunnelFailure(broken: error, resolution)
    }
  }

  /// Takes in, has libssh2 answer and sends, until nothing moves or the answer is complete.
  private func converse<Failure: Error>(
    _ link: Link, _ now: Instant, _ answer: () throws(Failure) -> Session.Progress
  ) throws(Failure) -> Bool {
    for _ in 0..<Attempt.rounds {
      let cameIn = link.takeIn(now: now)
      let progress = try answer()
      let went = link.flush()
      hasWork = progress == .done || cameIn || went
      if progress == .done { return true }
      if !hasWork { break }
    }
    return false
  }

  private func shakeHands(
    _ link: Link, _ deadline: Instant, _ now: Instant
  ) throws(TunnelFailure) -> Bool {
    let isDone: Bool
    do throws(SSHError) {
      isDone = try converse(link, now) { () throws(SSHError) in try link.session.handshake() }
    } catch {
      throw TunnelFailure(broken: error, resolution, knownHosts: knownHosts, session: link.session)
    }
    if isDone { return true }
    try giveUpIfDead(link, deadline, now)
    return false
  }

  private func giveUpIfDead(
    _ link: Link, _ deadline: Instant, _ now: Instant
  ) throws(TunnelFailure) {
    if link.end != nil, link.session.wire.inbound.isEmpty {
      throw TunnelFailure(
        broken: SSHError(code: .disconnected, operation: "the handshake", detail: ""), resolution,
        session: link.session)
    }
    guard link.session.held <= Attempt.heldLimit else {
      throw TunnelFailure(
        .protocolError, "\(link.peer) sends unrequested packets before the session is up",
        remedy: "check that an SSH server answers there: \(resolution.byHandInDetail)")
    }
    guard now >= deadline else { return }
    guard link.wasHeard || link.proxy == nil else {
      throw TunnelFailure(
        .connectTimeout, "nothing came from \(link.peer) within \(resolution.connectTimeout)",
        remedy: "try it by hand: \(resolution.byHand)")
    }
    let opening = link.session.opening
    let words = opening.identification == nil ? opening.words.map { "; it says: \($0)" } ?? "" : ""
    throw TunnelFailure(
      .connectTimeout,
      "\(link.peer) took the connection, but the SSH session was not up within \(resolution.connectTimeout) (ConnectTimeout)\(words)",
      remedy: "check that sshd answers there: \(resolution.byHandInDetail)")
  }

  private func verify(_ link: Link) throws(TunnelFailure) {
    guard let key = link.session.hostKey else {
      throw TunnelFailure(
        .protocolError, "\(link.peer) showed no host key", remedy: resolution.byHandInDetail)
    }
    let answer = knownHosts.check(key, name: resolution.hostKeyName, port: resolution.hostKeyPort)
    if let failure = TunnelFailure(
      hostKey: answer, key, resolution, knownHosts)
    {
      throw failure
    }
  }
}
