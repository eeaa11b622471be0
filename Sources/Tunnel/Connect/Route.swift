internal import Dispatch
internal import GuardTypes
internal import Platform
internal import Synchronization

/// The route to the host, from ssh_config and the resolver: all servers in order, the host last.
struct Route: Sendable {
  /// The jump hosts in order, then the host.
  let servers: [Resolution]
  /// How the first server is reached.
  let entry: Attempt.Entry

  var host: Resolution? { servers.last }

  /// Queries ssh(1) and the resolver on a Dispatch thread, which also calls `body`. Each search has its own queue,
  /// because a resolver may hang. A global queue would start libdispatch's monitor, which wakes up each second for
  /// ever.
  static func find(
    _ configuration: TunnelConfiguration, environment: LocalEnvironment,
    _ body: @escaping @Sendable (Result<Route, TunnelFailure>) -> Void
  ) -> RouteSearch {
    let search = RouteSearch()
    DispatchQueue(label: "route").async {
      do throws(TunnelFailure) {
        let servers = try Resolution.ask(
          configuration, environment: environment, isCancelled: { search.isCancelled })
        search.hasAsked()
        body(lookUp(servers))
      } catch {
        search.hasAsked()
        body(.failure(error))
      }
    }
    return search
  }

  private static func lookUp(_ servers: [Resolution]) -> Result<Route, TunnelFailure> {
    guard let first = servers.first else {
      return .failure(TunnelFailure(.config, "ssh -G named no host", remedy: "check ssh_config"))
    }
    // The command resolves the name itself; often only it can.
    if let command = first.proxyCommand { return .success(Route(servers: servers, entry: .command(command))) }
    do throws(TunnelFailure) {
      let entry = Attempt.Entry.addresses(
        try first.addresses(isJumpHost: servers.count > 1), from: try first.sources())
      return .success(Route(servers: servers, entry: entry))
    } catch {
      return .failure(error)
    }
  }
}

/// A cancellable search for a route.
final class RouteSearch: Sendable {
  private let cancelled = Atomic(false)
  private let asked = DispatchSemaphore(value: 0)

  var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  /// Kills ssh and its child processes soon.
  func cancel() { cancelled.store(true, ordering: .relaxed) }

  /// Waits until none of its processes is left, at most for `seconds`.
  func join(within seconds: Double) { _ = asked.wait(timeout: .now() + seconds) }

  fileprivate func hasAsked() { asked.signal() }
}

extension Resolution {
  private var family: SocketAddress.InternetFamily? {
    switch addressFamily {
    case .any: nil
    case .inet: .inet
    case .inet6: .inet6
    }
  }

  /// The database of getent(1) with the addresses of this family.
  private var database: String {
    switch addressFamily {
    case .any: "ahosts"
    case .inet: "ahostsv4"
    case .inet6: "ahostsv6"
    }
  }

  fileprivate func addresses(isJumpHost: Bool) throws(TunnelFailure) -> [SocketAddress] {
    do throws(ResolveError) {
      return try SocketAddress.resolve(host: hostName, port: port, family: family)
    } catch {
      let filter = addressFamily == .any ? "" : " (AddressFamily \(addressFamily.rawValue))"
      let place = isJumpHost ? "\(JumpHost.place) " : ""
      throw TunnelFailure(
        .dns, "no address for \(place)\(error.host)\(filter): \(error.reason)",
        command: "getent \(database) \(error.host.shellWord)",
        remedy: "check the name and the resolver, and HostName in ssh_config")
    }
  }

  /// BindAddress may be a host name, as in ssh(1).
  fileprivate func sources() throws(TunnelFailure) -> [SocketAddress] {
    guard let bindAddress else { return [] }
    do throws(ResolveError) {
      return try SocketAddress.resolve(host: bindAddress, port: 0, family: family)
    } catch {
      throw TunnelFailure(
        .config,
        "BindAddress \(bindAddress) of \(hostName) is not an address of this machine: \(error.reason)",
        command: "ip -br address", remedy: "name an address of this machine, or leave BindAddress out",
        files: configFiles)
    }
  }
}
