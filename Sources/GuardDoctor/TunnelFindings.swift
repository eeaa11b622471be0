internal import GuardAPI
internal import GuardStatus
internal import GuardTypes
internal import Health
internal import Tunnel

/// The findings about SSH, from one attempt of the tunnel: the steps that succeeded, and the one that failed.
enum TunnelFindings {
  /// The steps of an attempt, in its order.
  enum Step: String, CaseIterable {
    case names = "ssh_config"
    case address, connection
    case hostKey = "host key"
    case login
  }

  /// - Parameters:
  ///   - way: the hops and the host according to ssh_config, or the reason why they are unknown.
  ///   - status: the status of the tunnel after it is up or has failed.
  static func findings(
    cluster: String, way: Result<[Resolution], TunnelFailure>, status: TunnelStatus
  ) -> [FindingDocument] {
    let host = try? way.get().last
    let failure: TunnelFailure?
    switch way {
    case .failure(let refused): failure = refused
    case .success:
      failure = status.state == .up ? nil : status.lastFailure?.failure ?? silence(host, status.host)
    }
    let broken = failure.map { step(of: $0.code) }
    let index = broken.flatMap { Step.allCases.firstIndex(of: $0) } ?? Step.allCases.count
    return Step.allCases.enumerated().map { position, step in
      if position < index {
        return FindingDocument(step.rawValue, of: cluster, .ok, good(step, host, status))
      }
      guard position == index, let failure else {
        return FindingDocument(step.rawValue, of: cluster, .skipped, "not tried")
      }
      return FindingDocument(
        step.rawValue, of: cluster, .failed, failure.message, next: NextStep(failure))
    }
  }

  private static func step(of code: TunnelErrorCode) -> Step {
    switch code {
    case .config: .names
    case .dns: .address
    case .connectRefused, .connectTimeout: .connection
    case .hostKeyUnknown, .hostKeyChanged: .hostKey
    // The connection broke during the key exchange: the server is not an SSH server, or it does not accept this client.
    case .protocolError, .peerClosed, .keepaliveTimeout: .hostKey
    case .authRefused, .noUsableKey, .forwardRefused: .login
    }
  }

  private static func good(_ step: Step, _ host: Resolution?, _ status: TunnelStatus) -> String {
    switch step {
    case .names:
      guard let host else { return status.host }
      let via = status.via.isEmpty ? "" : " via \(status.via.joined(separator: ", "))"
      let notes = host.notes.map { "; \($0)" }.joined()
      return "\(status.host) is \(host.user)@\(host.hostName), port \(host.port)\(via)\(notes)"
    case .address:
      return host?.proxyCommand != nil ? "the ProxyCommand finds it" : host?.hostName ?? status.host
    case .connection: return status.peer ?? "made"
    case .hostKey: return status.hostKey.map { "\($0), as known_hosts has it" } ?? "known"
    case .login: return "as \(status.user ?? host?.user ?? "?")"
    }
  }

  private static func silence(_ way: Resolution?, _ host: String) -> TunnelFailure {
    TunnelFailure(
      .connectTimeout,
      "\(host) did not finish the login within \(ConnectionDiagnosis.timeLimit.components.seconds) s",
      remedy: "connect manually"
    ).completed(
      ssh: way?.sshArguments ?? host.shellWord, host: way?.hostName ?? host, asOwner: way?.asOwner ?? "")
  }

  /// True if the SSH server is this machine. Listeners on the remote side are then local listeners.
  ///
  /// - Parameter isOwn: returns true for a numeric address of this machine.
  static func isHere(_ status: TunnelStatus, isOwn: (String) -> Bool) -> Bool {
    // With a jump host, the peer is only the first hop.
    guard status.state == .up, status.via.isEmpty, let peer = status.peer,
      let colon = peer.lastIndex(of: ":")
    else { return false }
    return isOwn(peer[..<colon].filter { $0 != "[" && $0 != "]" })
  }

  /// The keys that would be offered. Only the login shows whether one is accepted.
  static func keys(cluster: String, _ host: Resolution) -> FindingDocument {
    switch host.keys() {
    case .success(let names): FindingDocument("keys", of: cluster, .ok, names.listed())
    case .failure(let failure):
      FindingDocument("keys", of: cluster, .warning, failure.message, next: NextStep(failure))
    }
  }
}
