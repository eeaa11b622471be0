package import GuardConfiguration
internal import GuardTypes
package import Health
package import Kubernetes
internal import Platform
package import Tunnel

// The server of a kubeconfig, as seen from this machine and from the remote side.
extension Configuration.Cluster {
  /// The address to dial from the remote side: the target of the forward whose local address is the server, or else the
  /// server itself.
  package func target(of server: Kubeconfig.Server) -> StreamAddress {
    let forward = tunnel.forwards.first {
      guard case .tcp(let listen) = $0.listen else { return false }
      return listen.port == server.port && (isLoopback(server) || listen.host == server.host)
    }
    return forward?.target ?? StreamAddress(host: server.host, port: server.port)
  }

  /// True if a program on this machine that connects to the server reaches a forward.
  package func isLocalEnd(_ server: Kubeconfig.Server) -> Bool {
    // HostPort normalizes the spelling of the address.
    let host = server.host.contains(":") ? "[\(server.host)]" : server.host.lowercased()
    guard let place = HostPort("\(host):\(server.port)") else { return false }
    if place.host == "localhost" {
      return !loopbackHosts(server).isEmpty && otherListener(at: server) == nil
    }
    return tunnel.forwards.contains {
      guard case .tcp(let listen) = $0.listen else { return false }
      return listen == place
    }
  }

  /// The loopback addresses with a forward at the server's port.
  private func loopbackHosts(_ server: Kubeconfig.Server) -> [String] {
    tunnel.forwards.compactMap {
      guard case .tcp(let listen) = $0.listen, listen.port == server.port,
        ["127.0.0.1", "::1", "localhost"].contains(listen.host)
      else { return nil }
      return listen.host
    }
  }

  /// The other address of `localhost`, if another program listens there: kubectl may connect to it first.
  private func otherListener(at server: Kubeconfig.Server) -> String? {
    let ours = loopbackHosts(server)
    guard server.host.lowercased() == "localhost", !ours.isEmpty, !ours.contains("localhost") else {
      return nil
    }
    return LoopbackName.otherListener(port: UInt16(clamping: server.port), besides: ours)
  }

  /// True if the server is a loopback address.
  package func isLoopback(_ server: Kubeconfig.Server) -> Bool {
    ["127.0.0.1", "::1", "localhost"].contains(server.host.lowercased())
  }

  /// The address at which users reach the API, used in remedies.
  package var publicListen: String { tunnel.forwards.first?.listen.description ?? "" }

  /// The forward through which programs on this machine reach the server: the one with that target, else one with the
  /// same target port, else the first one with a local port.
  private func localEnd(for server: Kubeconfig.Server) -> Configuration.Forward? {
    let forwards = tunnel.forwards.filter { if case .tcp = $0.listen { true } else { false } }
    let target = target(of: server)
    return forwards.first { $0.target == target }
      ?? forwards.first {
        guard case .tcp(let place) = $0.target else { return false }
        return place.port == server.port
      } ?? forwards.first
  }

  /// The name to verify in the server's certificate; nil: the local address of the forward is in it. The certificate of a
  /// K3s server contains the loopback addresses.
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

  /// The mismatch between the kubeconfig and the forwards; nil: kubectl reaches a forward with the file as it is.
  ///
  /// - Parameter isCredential: true if the service manager created the file.
  package func mismatch(_ kubeconfig: Kubeconfig, isCredential: Bool) -> KubeconfigMismatch? {
    guard !isLocalEnd(kubeconfig.server) else { return nil }
    guard let address = localAddress(for: kubeconfig.server) else {
      let server = target(of: kubeconfig.server)
      return KubeconfigMismatch(
        server: kubeconfig.server.description, localEnd: nil, isFarPort: false,
        step: NextStep(
          note:
            "add to 'forwards' in guard.yaml: { listen: \"\(Configuration.Forward.standard.listen)\", target: \"\(server)\" }"
        ))
    }
    let isFarPort = tunnel.forwards.contains { forward in
      guard case .tcp(let target) = forward.target else { return false }
      return target.port == kubeconfig.server.port
    }
    return KubeconfigMismatch(
      server: kubeconfig.server.description, localEnd: address, isFarPort: isFarPort,
      otherListener: otherListener(at: kubeconfig.server),
      step: step(kubeconfig, address, isCredential))
  }

  /// The mismatch if programs that use the file as it is reach another context; nil: they do not. No variable selects a
  /// context for kubectl, flux and helm alike, and a copy of the file would copy its credentials.
  package func contextMismatch(_ kubeconfig: Kubeconfig, isCredential: Bool) -> KubeconfigMismatch? {
    guard kubeconfig.currentContext != kubeconfig.context else { return nil }
    let command = kubeconfig.context.argumentWord.map { "\(kubectl(kubeconfig)) config use-context \($0)" }
    return KubeconfigMismatch(
      server: kubeconfig.server.description, localEnd: nil, isFarPort: false,
      contexts: .init(current: kubeconfig.currentContext, wanted: kubeconfig.context),
      step: isCredential
        ? NextStep(
          note: "set current-context in the file that LoadCredential= names, and restart the service")
        : NextStep(command: command, note: "it selects that context in the file, for every program"))
  }

  private func kubectl(_ kubeconfig: Kubeconfig) -> String {
    let file = kubeconfig.path.shellWord
    return PathList.paths(kubeconfig.path).count > 1
      ? "env KUBECONFIG=\(file) kubectl" : "kubectl --kubeconfig \(file)"
  }

  private func step(_ kubeconfig: Kubeconfig, _ address: String, _ isCredential: Bool) -> NextStep {
    let name = certificateName(kubeconfig).map { " --tls-server-name=\($0.shellWord)" } ?? ""
    guard !isCredential else {
      return NextStep(
        note:
          """
          set its server to \(address)\(name.isEmpty ? "" : ",\(name)") in the file that LoadCredential= names, \
          and restart the service
          """
      )
    }
    return NextStep(
      command: kubeconfig.clusterName.argumentWord.map {
        "\(kubectl(kubeconfig)) config set-cluster \($0) --server=\(address.shellWord)\(name)"
      },
      note: "it changes that line of the file; the guard reads it again by itself")
  }

  private func localAddress(for server: Kubeconfig.Server) -> String? {
    localEnd(for: server).map { "\(server.scheme)://\($0.listen)\(server.pathPrefix)" }
  }
}
