internal import Dispatch
internal import Platform

/// The way to the host, after ssh_config and the resolver had their say: every server on it, the host's own last.
struct Route: Sendable {
  /// Jump hosts in the order they are passed, then the host.
  let servers: [Resolution]
  /// Where the first of them is.
  let addresses: [SocketAddress]

  var host: Resolution? { servers.last }

  /// Asks ssh(1) and the resolver, elsewhere; `body` is called on a thread of Dispatch.
  static func find(
    _ configuration: TunnelConfiguration, environment: LocalEnvironment,
    _ body: @escaping @Sendable (Result<Route, TunnelFailure>) -> Void
  ) -> Task<Void, Never> {
    Task {
      do throws(TunnelFailure) {
        let servers = try await Resolution.askChain(configuration, environment: environment)
        // getaddrinfo(3) blocks: not on a thread of the concurrency pool.
        DispatchQueue.global().async { body(lookUp(servers)) }
      } catch {
        body(.failure(error))
      }
    }
  }

  private static func lookUp(_ servers: [Resolution]) -> Result<Route, TunnelFailure> {
    guard let first = servers.first else {
      return .failure(TunnelFailure(.config, "ssh -G named no host", remedy: "check ssh_config"))
    }
    do throws(ResolveError) {
      let addresses = try SocketAddress.resolve(host: first.hostName, port: first.port)
      return .success(Route(servers: servers, addresses: addresses))
    } catch {
      return .failure(
        TunnelFailure(
          .dns, "no address for \(error.host): \(error.reason)",
          remedy: "check the name and the resolver: getent hosts \(error.host); HostName in ssh_config"))
    }
  }
}
