package import GuardTypes

/// Why the tunnel is not up, and its remedy.
package struct TunnelFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The server limits connections and refused this one before authentication. An early retry makes it worse.
  package enum Throttle: Hashable, Sendable {
    /// The server refuses this address for some time (sshd_config(5), PerSourcePenalties).
    case penalty
    /// The server has too many connections now (sshd_config(5), MaxStartups).
    case overload
  }

  package let code: TunnelErrorCode
  package let message: String
  package let remedy: String
  /// A change of one of these files triggers an attempt at once.
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

  /// The unit allows few programs (systemd.exec(5), NoExecPaths), so a further one needs its own entry.
  static let execRemedy =
    "check that it may be run; the system service may run few programs: systemctl edit oceanid-guard, and add under [Service]: ExecPaths=/bin/sh and the command's own path; then restart it"

  package var description: String { "\(message) (\(remedy))" }
}

extension TunnelErrorCode {
  /// An early retry cannot succeed and may make a bastion ban the address.
  package var isPermanent: Bool {
    switch self {
    case .hostKeyUnknown, .hostKeyChanged, .authRefused, .noUsableKey, .config: true
    case .connectRefused, .connectTimeout, .dns, .keepaliveTimeout, .peerClosed, .protocolError,
      .forwardRefused:
      false
    }
  }

  /// The error occurs before the server is authenticated, so an attacker on the path can cause it with one packet.
  package var isForgeable: Bool {
    switch self {
    case .hostKeyUnknown, .hostKeyChanged: true
    case .connectRefused, .connectTimeout, .dns, .authRefused, .noUsableKey, .keepaliveTimeout, .peerClosed,
      .protocolError, .forwardRefused, .config:
      false
    }
  }
}
