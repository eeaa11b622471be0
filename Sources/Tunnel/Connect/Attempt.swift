internal import GuardTypes
internal import Platform
internal import SSH

/// One attempt to connect to an SSH server, up to a session that can carry channels.
///
/// Belongs to the thread of its event loop.
final class Attempt {
  typealias Instant = MonotonicTime

  /// The stream that the session runs over.
  enum Entry: Sendable {
    /// A TCP connection to one of these addresses. If BindAddress is set, it comes from one of `from`.
    case addresses([SocketAddress], from: [SocketAddress])
    /// The standard input and output of a ProxyCommand.
    case command(String)
    /// An existing stream: a channel of a jump host.
    case stream(Socket)
  }

  private enum Stage {
    case dialling(Dialer)
    /// A command is connecting to the server; nothing has been received yet.
    case awaiting(Transport, deadline: Instant)
    case handshake(Transport, deadline: Instant)
    case authenticating(Transport, Authenticator, deadline: Instant)
  }

  /// The limit for libssh2's memory before authentication has succeeded. A handshake takes about 100 KB.
  private static let heldLimit = 4 << 20

  private static let rounds = 8

  let resolution: Resolution
  private let knownHosts: KnownHosts
  private let loop: Loop
  private var stage: Stage
  /// True if the last step ended with work left: a server that never stops sending must not occupy the thread.
  private(set) var hasWork = false
  /// Why the attempt cannot succeed any more.
  private var doom: TunnelFailure?

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
      let transport = try Attempt.transport(
        over: proxy.stream.reading, server, proxy, resolution, knownHosts, loop, now)
      // As in ssh(1), the time limit for connecting ends with the first data of the server.
      stage = .awaiting(transport, deadline: now + resolution.connectTimeout)
    case .stream(let socket):
      let transport = try Attempt.transport(over: socket, server, nil, resolution, knownHosts, loop, now)
      stage = .handshake(transport, deadline: now + resolution.connectTimeout)
    }
  }

  var deadline: Instant {
    switch stage {
    case .dialling(let dialer): dialer.deadline
    case .awaiting(let transport, let deadline), .handshake(let transport, let deadline):
      transport.deadline(deadline)
    case .authenticating(let transport, let authenticator, let deadline):
      transport.deadline(reportTime ?? authenticator.deadline(deadline))
    }
  }

  /// How long an agent may take before the status says that it is waited for. Most sign within milliseconds.
  private static let quickAgent: Duration = .seconds(1)

  /// The time at which `awaitedKey` will be set; nil if it will not be.
  private var reportTime: Instant? {
    guard case .authenticating(_, let authenticator, _) = stage, let awaited = authenticator.awaited,
      reported?.since != awaited.since
    else { return nil }
    return awaited.since + Attempt.quickAgent
  }

  /// The key that the agent has not signed with for a while: a person may have to touch it or to approve its use.
  var awaitedKey: String? { reported?.key }
  private var reported: (key: String, since: Instant)?

  /// Proceeds as far as possible without waiting. Returns the transport when it is authenticated.
  func step(now: Instant) throws(TunnelFailure) -> Transport? {
    do throws(TunnelFailure) { return try advance(now) } catch { throw transport?.explain(error) ?? error }
  }

  private var transport: Transport? {
    switch stage {
    case .dialling: nil
    case .awaiting(let transport, _), .handshake(let transport, _), .authenticating(let transport, _, _):
      transport
    }
  }

  /// Ends the attempt in its next step if the address that it connects from was removed.
  func checkSource() {
    let source =
      switch stage {
      case .dialling(let dialer): dialer.lostSource
      case .awaiting(let transport, _), .handshake(let transport, _), .authenticating(let transport, _, _):
        transport.source.flatMap { $0.isLost ? $0 : nil }
      }
    if let source {
      doom = TunnelFailure(lost: source, HostPort(host: resolution.hostName, port: resolution.port))
    }
  }

  private func advance(_ now: Instant) throws(TunnelFailure) -> Transport? {
    if let doom { throw doom }
    while true {
      switch stage {
      case .dialling(let dialer):
        guard let (socket, address) = try dialer.step(now: now) else { return nil }
        let peer = HostPort(host: address.host, port: address.port)
        let transport = try Attempt.transport(over: socket, peer, nil, resolution, knownHosts, loop, now)
        stage = .handshake(transport, deadline: now + resolution.connectTimeout)
      case .awaiting(let transport, let deadline), .handshake(let transport, let deadline):
        guard try shakeHands(transport, deadline, now) else {
          if case .awaiting = stage, transport.receivedData {
            stage = .handshake(transport, deadline: now + resolution.connectTimeout)
          }
          return nil
        }
        try verify(transport)
        let authenticator = try Authenticator(
          resolution, proof: transport.session.hostKeyProof, server: transport.session.server, loop: loop)
        stage = .authenticating(transport, authenticator, deadline: deadline)
      case .authenticating(let transport, let authenticator, let deadline):
        let isDone = try converse(transport, now) { () throws(TunnelFailure) in
          try authenticator.step(transport.session)
        }
        if isDone { return transport }
        guard let awaited = authenticator.awaited else {
          reported = nil
          try giveUpIfDead(transport, authenticator.deadline(deadline), now)
          return nil
        }
        // libssh2 reads nothing meanwhile, so the server's last message may not be known.
        guard transport.end == nil else {
          throw TunnelFailure(
            .peerClosed,
            "\(transport.peer) closed the connection while the agent was asked to sign with \(awaited.key)",
            remedy: "let the agent sign sooner: sshd waits for the login as long as LoginGraceTime says")
        }
        // The agent may have refused one key and been asked for the next in the same step.
        if reported?.since != awaited.since { reported = nil }
        if let reportTime, now >= reportTime { reported = awaited }
        return nil
      }
    }
  }

  private static func transport(
    over socket: Socket, _ peer: HostPort, _ proxy: ProxyCommand?, _ resolution: Resolution,
    _ knownHosts: KnownHosts, _ loop: Loop, _ now: Instant
  ) throws(TunnelFailure) -> Transport {
    do throws(SSHError) {
      let types = knownHosts.keyTypes(
        name: resolution.hostKeyName, port: resolution.hostKeyPort, offer: resolution.algorithms)
      return try Transport(
        socket: socket, peer: peer, proxy: proxy, hostKeyTypes: types, algorithms: resolution.algorithms,
        loop: loop, now: now)
    } catch {
      throw TunnelFailure(broken: error, resolution)
    }
  }

  /// Receives, lets libssh2 process the data, and sends, until nothing more happens or the step is complete.
  private func converse<Failure: Error>(
    _ transport: Transport, _ now: Instant, _ answer: () throws(Failure) -> Session.Progress
  ) throws(Failure) -> Bool {
    for _ in 0..<Attempt.rounds {
      let cameIn = transport.receive(now: now)
      let progress = try answer()
      let went = transport.flush()
      hasWork = progress == .done || cameIn || went
      if progress == .done { return true }
      if !hasWork { break }
    }
    return false
  }

  private func shakeHands(
    _ transport: Transport, _ deadline: Instant, _ now: Instant
  ) throws(TunnelFailure) -> Bool {
    let isDone: Bool
    do throws(SSHError) {
      isDone = try converse(transport, now) { () throws(SSHError) in try transport.session.handshake() }
    } catch {
      throw TunnelFailure(broken: error, resolution, knownHosts: knownHosts, session: transport.session)
    }
    if isDone { return true }
    try giveUpIfDead(transport, deadline, now)
    return false
  }

  private func giveUpIfDead(
    _ transport: Transport, _ deadline: Instant, _ now: Instant
  ) throws(TunnelFailure) {
    if transport.end != nil, transport.session.wire.inbound.isEmpty {
      throw TunnelFailure(
        broken: SSHError(code: .disconnected, operation: "the handshake", detail: ""), resolution,
        session: transport.session)
    }
    guard transport.session.held <= Attempt.heldLimit else {
      throw TunnelFailure(
        .protocolError, "\(transport.peer) sends unexpected packets before the session is up",
        remedy: "check that an SSH server answers there")
    }
    guard now >= deadline else { return }
    guard transport.receivedData || transport.proxy == nil else {
      throw TunnelFailure(
        .connectTimeout, "nothing came from \(transport.peer) within \(resolution.connectTimeout)",
        remedy: "try the ProxyCommand manually")
    }
    let opening = transport.session.opening
    let words = opening.identification == nil ? opening.words.map { "; it says: \($0)" } ?? "" : ""
    throw TunnelFailure(
      .connectTimeout,
      """
      \(transport.peer) took the connection, but the SSH session was not up within \(resolution.connectTimeout) \
      (ConnectTimeout)\(words)
      """,
      remedy: "check that sshd answers there")
  }

  private func verify(_ transport: Transport) throws(TunnelFailure) {
    guard let key = transport.session.hostKey else {
      throw TunnelFailure(
        .protocolError, "\(transport.peer) showed no host key",
        remedy: "check that an SSH server answers there")
    }
    let answer = knownHosts.check(key, name: resolution.hostKeyName, port: resolution.hostKeyPort)
    if let failure = TunnelFailure(
      hostKey: answer, key, resolution, knownHosts)
    {
      throw failure
    }
  }
}
