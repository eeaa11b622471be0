package import GuardConfiguration
internal import GuardTypes
package import Health
package import Kubernetes
internal import Platform
internal import Synchronization
package import Tunnel

/// The guard's access to a cluster's API: through the tunnel's internal socket, with a kubeconfig that is
/// reloaded when it changes.
///
/// `poll` runs on the poller's queue; all other functions are thread-safe.
package final class ClusterAccess: Sendable {
  private struct State {
    /// The files that the client was created from, with their stamps at that time.
    var stamps: [String: SmallFile.Stamp] = [:]
    var client: ClusterClient?
    var isStale = false
    var isCancelled = false
  }

  private let configuration: Configuration.Cluster
  private let tunnel: SSHTunnel
  private let environment: LocalEnvironment
  /// The kinds that the cluster had when this process started.
  private let kinds: Set<String>
  private let state = Mutex(State())

  package init(
    _ configuration: Configuration.Cluster, tunnel: SSHTunnel, environment: LocalEnvironment,
    kinds: Set<String> = []
  ) {
    self.kinds = kinds
    self.configuration = configuration
    self.tunnel = tunnel
    self.environment = environment
  }

  /// Polls once. Blocks for up to the poll's timeout.
  package func poll() -> Result<Snapshot, PollFailure> {
    guard tunnel.status.state == .up else { return .failure(tunnelDown) }
    do throws(PollFailure) {
      return .success(
        try client().poll(
          timeout: configuration.kubernetes.poll.timeout, secrets: configuration.expect.secrets))
    } catch {
      return .failure(hinted(error))
    }
  }

  /// The failure of a poll while the tunnel is not up.
  var tunnelDown: PollFailure {
    let status = tunnel.status
    return PollFailure(
      code: .tunnelDown, message: "the tunnel to \(status.host) is not up",
      remedy: status.lastFailure?.failure.remedy ?? "oceanid-ctl tunnel")
  }

  /// The options that kubectl needs besides the kubeconfig to connect through the forward; nil if the
  /// kubeconfig's server is the forward's local end.
  var serverFlags: String? {
    guard let server = state.withLock({ $0.client })?.kubeconfig.server,
      configuration.forward(for: server) == nil,
      case .tcp? = configuration.tunnel.forwards.first?.listen
    else { return nil }
    let address = "\(server.scheme)://\(configuration.publicListen)"
    return "--server \(address.shellWord) --tls-server-name \(server.host.shellWord)"
  }

  /// The address that polls connect to, as resolved on the remote side; nil before the kubeconfig was read.
  package var target: StreamAddress? {
    state.withLock { $0.client }.map { configuration.target(of: $0.kubeconfig.server) }
  }

  /// Adds a hint for the most common mistake: a server on loopback without a forward, which was dialled from
  /// the remote side.
  private func hinted(_ failure: PollFailure) -> PollFailure {
    guard [.tls, .unreachable].contains(failure.code),
      let server = state.withLock({ $0.client })?.kubeconfig.server,
      configuration.isLoopback(server), configuration.forward(for: server) == nil
    else { return failure }
    return PollFailure(
      code: failure.code,
      message: failure.message
        + "; no forward listens on \(server.host):\(server.port), so it was dialled from the remote side",
      remedy:
        "set the server in \(configuration.kubernetes.kubeconfig) to https://\(configuration.publicListen), the forward's local end"
    )
  }

  /// Drops existing connections, because they are dead after the tunnel came up again.
  func startAfresh() { state.withLock { $0.isStale = true } }

  /// Cancels the running poll and all later ones.
  func cancel() {
    let client = state.withLock { state in
      state.isCancelled = true
      return state.client
    }
    client?.cancel()
  }

  private func client() throws(PollFailure) -> ClusterClient {
    let (known, isStale) = state.withLock { state in
      defer { state.isStale = false }
      let isUnchanged = state.stamps.allSatisfy { SmallFile.Stamp(of: $0.key) == $0.value }
      return (isUnchanged ? state.client : nil, state.isStale)
    }
    if let known {
      if isStale { known.reconnect() }
      return known
    }
    let (kubeconfig, stamps) = try load()
    tunnel.setInternalTarget(configuration.target(of: kubeconfig.server))
    let client = ClusterClient(kubeconfig: kubeconfig, dial: Dial(tunnel.internalSocket), kinds: kinds)
    state.withLock { state in
      state.client = client
      state.stamps = stamps
      if state.isCancelled { client.cancel() }
    }
    return client
  }
}

extension ClusterAccess {
  /// The list of files is known after a first reading. They are stamped before a second reading, so that a
  /// file that changes meanwhile is read again at the next poll.
  private func load() throws(PollFailure) -> (Kubeconfig, [String: SmallFile.Stamp]) {
    func stamps(_ paths: [String]) -> [String: SmallFile.Stamp] {
      Dictionary(paths.map { ($0, SmallFile.Stamp(of: $0)) }) { first, _ in first }
    }
    let section = configuration.kubernetes
    let path = try section.file(in: environment)
    let first = try Kubeconfig.load(path: path, context: section.context)
    let before = stamps(first.sources)
    return (try Kubeconfig.load(path: path, context: section.context), before)
  }
}

extension Configuration.Cluster {
  /// Returns the forward's target if the server is the local end of a forward. Any other server is dialled
  /// unchanged from the remote side.
  package func target(of server: Kubeconfig.Server) -> StreamAddress {
    forward(for: server)?.target ?? StreamAddress(host: server.host, port: server.port)
  }

  /// The forward whose local end is the server; nil if there is none.
  package func forward(for server: Kubeconfig.Server) -> Configuration.Forward? {
    tunnel.forwards.first {
      guard case .tcp(let listen) = $0.listen else { return false }
      return listen.port == server.port && (isLoopback(server) || listen.host == server.host)
    }
  }

  /// True if the server is a loopback address of this machine.
  package func isLoopback(_ server: Kubeconfig.Server) -> Bool {
    ["127.0.0.1", "::1", "localhost"].contains(server.host)
  }

  /// The address at which users reach the API, for remedies.
  package var publicListen: String { tunnel.forwards.first?.listen.description ?? "" }
}

extension Dial {
  fileprivate init(_ door: InternalSocket) {
    switch door {
    case .path(let path): self = .unixSocket(path)
    case .abstract(let name): self = .abstractSocket(name)
    }
  }
}

extension TunnelConfiguration {
  /// The engine's configuration for a configured tunnel.
  package init(_ tunnel: Configuration.Tunnel) {
    let keepalive = tunnel.keepalive ?? .standard
    self.init(
      host: tunnel.host, user: tunnel.user, port: tunnel.port, identityFiles: tunnel.identityFiles ?? [],
      passphrase: tunnel.passphrase.map(Passphrase.init), knownHostsFiles: tunnel.knownHostsFiles ?? [],
      sshConfig: tunnel.sshConfig,
      forwards: tunnel.forwards.map { .init(listen: $0.listen, target: $0.target) },
      keepaliveInterval: keepalive.interval, keepaliveTimeout: keepalive.timeout,
      keepaliveIsChosen: tunnel.keepalive != nil, backoffInitial: tunnel.backoff.initial,
      backoffMax: tunnel.backoff.max, hold: tunnel.hold,
      sessionLimit: tunnel.sessions ?? ProcessorCount.online, windowBudget: tunnel.windowBudget)
  }
}

extension TunnelConfiguration.Passphrase {
  fileprivate init(_ passphrase: SecretPlace) {
    switch passphrase {
    case .credential(let name): self = .credential(name)
    case .file(let path): self = .file(path)
    }
  }
}
