package import GuardConfiguration
internal import GuardTypes
package import Health
package import Kubernetes
package import Tunnel

// Where a kubeconfig's server is, as seen from this machine and from the far side.
extension Configuration.Cluster {
  /// A server that is the local end of a forward leads to that forward's target; any other is dialled as it
  /// stands, from the far side.
  package func target(of server: Kubeconfig.Server) -> StreamAddress {
    let forward = tunnel.forwards.first {
      guard case .tcp(let listen) = $0.listen else { return false }
      return listen.port == server.port && (isLoopback(server) || listen.host == server.host)
    }
    return forward?.target ?? StreamAddress(host: server.host, port: server.port)
  }

  /// Whether a program on this machine that connects to the server gets to a forward.
  package func isLocalEnd(_ server: Kubeconfig.Server) -> Bool {
    // However an address is spelt, it comes out the same.
    let host = server.host.contains(":") ? "[\(server.host)]" : server.host.lowercased()
    guard let place = HostPort("\(host):\(server.port)") else { return false }
    return tunnel.forwards.contains {
      guard case .tcp(let listen) = $0.listen, listen.port == place.port else { return false }
      // A resolver gives these two for the name (RFC 6761 §6.3).
      return listen.host == place.host
        || place.host == "localhost" && ["127.0.0.1", "::1"].contains(listen.host)
    }
  }

  /// Whether the server is an address of this machine.
  package func isLoopback(_ server: Kubeconfig.Server) -> Bool {
    ["127.0.0.1", "::1", "localhost"].contains(server.host.lowercased())
  }

  /// Where people reach the API, for remedies.
  package var publicListen: String { tunnel.forwards.first?.listen.description ?? "" }

  /// Where programs on this machine reach the server: the forward that leads there, else the first one with a port.
  private func localEnd(for server: Kubeconfig.Server) -> Configuration.Forward? {
    let forwards = tunnel.forwards.filter { if case .tcp = $0.listen { true } else { false } }
    let target = target(of: server)
    return forwards.first { $0.target == target }
      ?? forwards.first {
        guard case .tcp(let place) = $0.target else { return false }
        return place.port == server.port
      } ?? forwards.first
  }

  /// The name that the server's certificate has, where it is not that of the forward's local end: a K3s server's has
  /// the loopback addresses.
  private func certificateName(_ kubeconfig: Kubeconfig) -> String? {
    kubeconfig.tlsServerName ?? (isLoopback(kubeconfig.server) ? nil : kubeconfig.server.host)
  }

  /// The options with which kubectl connects through the forward; nil: none are needed, or no forward has a port.
  package func serverFlags(_ kubeconfig: Kubeconfig) -> String? {
    guard !isLocalEnd(kubeconfig.server), let address = localAddress(for: kubeconfig.server) else {
      return nil
    }
    let name = certificateName(kubeconfig).map { " --tls-server-name \($0.shellWord)" } ?? ""
    return "--server \(address.shellWord)\(name)"
  }

  /// nil: kubectl gets to the forward with the file as it is.
  ///
  /// - Parameter isCredential: the service manager made the file.
  package func mismatch(_ kubeconfig: Kubeconfig, isCredential: Bool) -> KubeconfigMismatch? {
    guard !isLocalEnd(kubeconfig.server) else { return nil }
    guard let address = localAddress(for: kubeconfig.server) else {
      let server = target(of: kubeconfig.server)
      return KubeconfigMismatch(
        server: kubeconfig.server.description, localEnd: nil, isFarPort: false,
        step: NextStep(
          note: "add to 'forwards' in guard.yaml: { listen: \"127.0.0.1:16443\", target: \"\(server)\" }"))
    }
    let isFarPort = tunnel.forwards.contains { forward in
      guard case .tcp(let target) = forward.target else { return false }
      return target.port == kubeconfig.server.port
    }
    return KubeconfigMismatch(
      server: kubeconfig.server.description, localEnd: address, isFarPort: isFarPort,
      step: step(kubeconfig, address, isCredential))
  }

  private func step(_ kubeconfig: Kubeconfig, _ address: String, _ isCredential: Bool) -> NextStep {
    let name = certificateName(kubeconfig).map { " --tls-server-name=\($0.shellWord)" } ?? ""
    guard !isCredential else {
      return NextStep(
        note:
          "set its server to \(address)\(name.isEmpty ? "" : ",\(name)") in the file that LoadCredential= names, and restart the service"
      )
    }
    let file = kubeconfig.path.shellWord
    let kubectl =
      kubeconfig.path.contains(":") ? "env KUBECONFIG=\(file) kubectl" : "kubectl --kubeconfig \(file)"
    return NextStep(
      command:
        "\(kubectl) config set-cluster \(kubeconfig.clusterName.shellWord) --server=\(address.shellWord)\(name)",
      note: "it changes that line of the file; the guard reads it again by itself")
  }

  private func localAddress(for server: Kubeconfig.Server) -> String? {
    localEnd(for: server).map { "\(server.scheme)://\($0.listen)\(server.pathPrefix)" }
  }
}
