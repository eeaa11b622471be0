extension TunnelErrorCode {
  /// The command that shows more of a failure with this code, unless the failure itself names a better one.
  ///
  /// - Parameters:
  ///   - ssh: the arguments with which ssh(1) connects to the same server: `-p 2222 tethys`.
  ///   - host: the server's name.
  public func command(ssh: String, host: String) -> String {
    switch self {
    case .connectRefused, .connectTimeout, .authRefused, .noUsableKey, .peerClosed, .protocolError:
      "ssh -v \(ssh) true"
    // ssh(1) asks whether the key is to be accepted, and shows where a changed one is recorded.
    case .hostKeyUnknown, .hostKeyChanged: "ssh \(ssh) true"
    case .dns: "getent ahosts \(host.shellWord)"
    case .keepaliveTimeout: "ping -c 3 \(host.shellWord)"
    case .forwardRefused: "ssh \(ssh) ss -ltn"
    case .config: "ssh -G \(ssh)"
    }
  }

  /// True if that command reads ssh_config, keys and known hosts of the user who runs it.
  public var commandReadsHome: Bool {
    switch self {
    case .connectRefused, .connectTimeout, .authRefused, .noUsableKey, .peerClosed, .protocolError,
      .hostKeyUnknown, .hostKeyChanged, .config:
      true
    // The command on the server needs the user's own login, because the guard's key runs no commands there.
    case .dns, .keepaliveTimeout, .forwardRefused: false
    }
  }
}
