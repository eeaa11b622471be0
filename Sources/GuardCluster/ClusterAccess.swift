package import GuardConfiguration
internal import GuardStatus
internal import GuardTypes
package import Health
internal import Kubernetes
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
    var kubeconfig: Kubeconfig?
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
    guard tunnel.status.state == .up else {
      readKubeconfig()
      return .failure(tunnelDown)
    }
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
      step: status.lastFailure.map { NextStep($0.failure) } ?? NextStep(command: "oceanid-ctl tunnel"))
  }

  /// Reads the kubeconfig, so that its server is known before the first poll. Blocks while it reads files.
  func readKubeconfig() { _ = try? current() }

  /// The kubeconfig as it was read last; nil before.
  private var kubeconfig: Kubeconfig? { state.withLock { $0.kubeconfig } }

  /// The context and the server of the kubeconfig; nil before it was read.
  var selected: KubeconfigTarget? {
    kubeconfig.map { KubeconfigTarget(context: $0.context, server: $0.server.description) }
  }

  /// The options that kubectl needs in addition to the kubeconfig to connect through the forward.
  var serverFlags: String? { kubeconfig.flatMap(configuration.serverFlags) }

  /// The reason why kubectl does not reach the forward with the kubeconfig; nil: it does, or the file was not read yet.
  var mismatch: KubeconfigMismatch? {
    kubeconfig.flatMap {
      configuration.mismatch($0, isCredential: environment.credential(holding: $0.path))
    }
  }

  /// The reason why programs on this machine do not reach the cluster with the kubeconfig as it is; nil: they do, or the
  /// file was not read yet.
  var obstacle: KubeconfigMismatch? {
    mismatch
      ?? kubeconfig.flatMap {
        configuration.contextMismatch($0, isCredential: environment.credential(holding: $0.path))
      }
  }

  /// The prefix of commands that read the kubeconfig. It runs them as the guard's user if the file is in the home of a
  /// service or is a credential; otherwise it is empty.
  var owner: String {
    let path = (try? configuration.kubernetes.file(in: environment)) ?? ""
    let isOwn = PathList.paths(path).contains {
      $0.hasPrefix(environment.home + "/") || environment.credential(holding: $0)
    }
    return isOwn ? environment.asOwner : ""
  }

  /// The address to which polls connect, as seen from the remote side; nil before the kubeconfig was read.
  package var target: StreamAddress? { kubeconfig.map { configuration.target(of: $0.server) } }

  /// Adds the most common mistake to the failure: no forward listens on the server's address, so the address was dialled
  /// from the remote side.
  private func hinted(_ failure: PollFailure) -> PollFailure {
    guard [.tls, .unreachable].contains(failure.code), let mismatch else { return failure }
    return PollFailure(
      code: failure.code,
      message:
        "\(failure.message); no forward listens on \(mismatch.server), so it was dialled from the remote side",
      step: mismatch.step)
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
    let kubeconfig = try current()
    let (known, isStale) = state.withLock { state in
      defer { state.isStale = false }
      return (state.client, state.isStale)
    }
    if let known {
      if isStale { known.reconnect() }
      return known
    }
    tunnel.setInternalTarget(configuration.target(of: kubeconfig.server))
    let client = ClusterClient(kubeconfig: kubeconfig, dial: Dial(tunnel.internalSocket), kinds: kinds)
    state.withLock { state in
      state.client = client
      if state.isCancelled { client.cancel() }
    }
    return client
  }

  /// The kubeconfig, which is read again if one of its files changed.
  private func current() throws(PollFailure) -> Kubeconfig {
    let known = state.withLock { state in
      state.stamps.allSatisfy { SmallFile.Stamp(of: $0.key) == $0.value } ? state.kubeconfig : nil
    }
    if let known { return known }
    let (kubeconfig, stamps) = try load()
    state.withLock { state in
      state.kubeconfig = kubeconfig
      state.stamps = stamps
      state.client = nil
    }
    return kubeconfig
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

extension Dial {
  fileprivate init(_ door: InternalSocket) {
    switch door {
    case .path(let path): self = .unixSocket(path)
    case .abstract(let name): self = .abstractSocket(name)
    }
  }
}
