package import GuardTypes

/// Why the tunnel is not up, and its remedy.
package struct TunnelFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The server counts connections and refused this one before it authenticated. An early retry makes it worse.
  package enum Throttle: Hashable, Sendable {
    /// This address is refused for a while (sshd_config(5), PerSourcePenalties).
    case penalty
    /// It has too many connections now (sshd_config(5), MaxStartups).
    case overload
  }

  package let code: TunnelErrorCode
  package let message: String
  package let remedy: String
  /// A change of one of these files is worth an attempt at once.
  package let files: [String]
  package let throttle: Throttle?

  package init(
    _ code: TunnelErrorCode, _ message: String, remedy: String, files: [String] = [],
    throttle: Throttle? = nil
  ) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.files = files
    self.throttle = throttle
  }

  /// The same failure in other words.
  func reworded(_ message: String, remedy: String? = nil, code: TunnelErrorCode? = nil) -> TunnelFailure {
    TunnelFailure(
      code ?? self.code, message, remedy: remedy ?? self.remedy, files: files, throttle: throttle)
  }

  /// The unit allows few programs (systemd.exec(5), NoExecPaths): a further one needs an entry of its own.
  static let execRemedy =
    "check that it may be run; the system service may run few programs: systemctl edit oceanid-guard, and add under [Service]: ExecPaths=/bin/sh and the command's own path; then restart it"

  package var description: String { "\(message) (\(remedy))" }
}

extension TunnelErrorCode {
  /// An early retry can't succeed, and a bastion may ban the address for it.
  package var isPermanent: Bool {
    switch self {
    case .hostKeyUnknown, .hostKeyChanged, .authRefused, .noUsableKey, .config: true
    case .connectRefused, .connectTimeout, .dns, .keepaliveTimeout, .peerClosed, .protocolError,
      .forwardRefused:
      false
    }
  }

  /// Happens before the server is authenticated: an attacker on the path can cause it with one packet.
  package var isForgeable: Bool {
    switch self {
    case .hostKeyUnknown, .hostKeyChanged: true
    case .connectRefused, .connectTimeout, .dns, .authRefused, .noUsableKey, .keepaliveTimeout, .peerClosed,
      .protocolError, .forwardRefused, .config:
      false
    }
  }
}
