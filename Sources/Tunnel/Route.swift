internal import Dispatch
internal import Glibc
internal import Platform

/// The way to the host, after ssh_config and the resolver had their say: every server on it, the host's own last.
struct Route: Sendable {
  /// Jump hosts in the order they are passed, then the host.
  let servers: [Resolution]
  /// Where the first of them is; empty where a ProxyCommand leads there.
  let addresses: [SocketAddress]
  /// What its BindAddress stands for.
  let sources: [SocketAddress]

  var host: Resolution? { servers.last }

  /// How the first server is reached.
  var entry: Attempt.Entry {
    servers.first?.proxyCommand.map { .command($0) } ?? .addresses(addresses, from: sources)
  }

  /// Asks ssh(1) and the resolver, elsewhere; `body` is called on a thread of Dispatch.
  static func find(
    _ configuration: TunnelConfiguration, environment: LocalEnvironment,
    _ body: @escaping @Sendable (Result<Route, TunnelFailure>) -> Void
  ) -> Task<Void, Never> {
    Task {
      do throws(TunnelFailure) {
        let servers = try await Resolution.ask(configuration, environment: environment)
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
    guard first.proxyCommand == nil else {
      return .success(Route(servers: servers, addresses: [], sources: []))
    }
    let family = first.addressFamily
    do throws(ResolveError) {
      let addresses = try SocketAddress.resolve(
        host: first.hostName, port: first.port, family: family.number)
      var sources: [SocketAddress] = []
      if let name = first.bindAddress { sources = try SocketAddress.resolve(host: name, port: 0) }
      return .success(Route(servers: servers, addresses: addresses, sources: sources))
    } catch {
      let only = family == .any ? "" : " (AddressFamily \(family.rawValue))"
      return .failure(
        TunnelFailure(
          .dns, "no address for \(error.host)\(only): \(error.reason)",
          remedy: "check the name and the resolver: getent ahosts \(error.host); HostName in ssh_config"))
    }
  }
}

extension Resolution.AddressFamily {
  fileprivate var number: Int32 {
    switch self {
    case .any: AF_UNSPEC
    case .inet: AF_INET
    case .inet6: AF_INET6
    }
  }
}
