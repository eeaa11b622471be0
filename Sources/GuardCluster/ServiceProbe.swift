internal import GuardTypes
internal import Tunnel

/// Asks a control plane over the tunnel's SSH session why K3s does not answer.
///
/// The key should be restricted to this one command; then the far side runs it for every request.
struct ServiceProbe: Sendable {
  /// The minimum time between two requests.
  static let interval: Duration = .seconds(60)
  private static let limit = 64 << 10
  private static let timeout: Duration = .seconds(5)

  let tunnel: SSHTunnel

  /// Blocks for up to five seconds.
  ///
  /// - Returns: nil if there is no such answer, for example because the key is restricted to another command.
  func report() -> ServiceReport? {
    tunnel.output(of: ServiceReport.command, limit: ServiceProbe.limit, timeout: ServiceProbe.timeout)
      .flatMap { ServiceReport(String(decoding: $0, as: UTF8.self)) }
  }
}

extension PollErrorCode {
  /// True for failures that a stopped or stuck service can cause.
  var mayBeOfService: Bool {
    switch self {
    case .unreachable, .timeout, .badResponse: true
    case .tunnelDown, .tls, .unauthorized, .forbidden, .kubeconfig: false
    }
  }
}
