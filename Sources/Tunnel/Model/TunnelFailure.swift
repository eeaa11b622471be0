package import GuardTypes

/// The reason why the tunnel is not up, and the remedy.
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
  /// The command of the next step, for any shell; nil: the code's own (`TunnelErrorCode.command`).
  package let command: String?
  /// An explanation of the command, or the next step if no command on this machine helps. Empty if the command is enough.
  package let note: String
  /// A change of one of these files causes an attempt at once, and so does a file that one of the patterns among them
  /// matches.
  package let files: [String]
  package let throttle: Throttle?
  /// The machine moved to another network: the address that the session was connected from is no longer its own. The
  /// server refused nothing, so the next attempt need not wait.
  package let isMove: Bool

  /// - Parameter note: a step that is not a command.
  package init(
    _ code: TunnelErrorCode, _ message: String, command: String? = nil, remedy note: String,
    files: [String] = [], throttle: Throttle? = nil, isMove: Bool = false
  ) {
    self.code = code
    self.message = message
    self.command = command
    self.note = note
    self.files = files
    self.throttle = throttle
    self.isMove = isMove
  }

  /// The same failure in other words.
  func reworded(_ message: String, remedy: String? = nil, code: TunnelErrorCode? = nil) -> TunnelFailure {
    TunnelFailure(
      code ?? self.code, message, command: command, remedy: remedy ?? note, files: files, throttle: throttle,
      isMove: isMove)
  }

  /// The same failure with what the server said.
  func quoting(_ texts: [String]) -> TunnelFailure {
    reworded("\(message); it says: \(texts.listed(" / "))")
  }

  /// The same failure with the command of its code, if it has no command of its own.
  ///
  /// - Parameters:
  ///   - ssh: the arguments of ssh(1).
  ///   - asOwner: see `LocalEnvironment.asOwner`.
  package func completed(ssh: String, host: String, asOwner: String) -> TunnelFailure {
    guard command == nil else { return self }
    let command = code.command(ssh: ssh, host: host)
    return TunnelFailure(
      code, message, command: (code.commandReadsHome ? asOwner : "") + command, remedy: note,
      files: files, throttle: throttle, isMove: isMove)
  }

  /// The unit allows few programs (systemd.exec(5), NoExecPaths), so a further one needs its own entry.
  static let execRemedy =
    """
    check that it may be run; the system service may run few programs: systemctl edit oceanid-guard, and add under \
    [Service]: ExecPaths=/bin/sh and the command's own path; then restart it
    """

  /// The step in one line.
  package var remedy: String {
    guard let command else { return note }
    return note.isEmpty ? command : "\(command)  # \(note)"
  }

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
