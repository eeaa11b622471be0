internal import GuardTypes
internal import SSH

extension TunnelFailure {
  /// The failure of a session that ended before it was up.
  ///
  /// - Parameter session: nil if the failure occurred before a session existed.
  init(
    broken error: SSHError, _ resolution: Resolution, knownHosts: KnownHosts? = nil, session: Session? = nil
  ) {
    let peer = HostPort(host: resolution.hostName, port: resolution.port)
    let opening = session?.opening
    if let refusal = opening.flatMap({
      TunnelFailure(refusal: $0, session?.disconnectMessage, peer, resolution)
    }) {
      self = refusal
      return
    }
    let disconnectMessage = session?.disconnectMessage.map { ": \($0)" } ?? ""
    switch error.code {
    case .keyExchange:
      self.init(keyExchange: error, peer, resolution, knownHosts, session)
    case .disconnected:
      self.init(
        .peerClosed, "\(peer) closed the connection during \(error.operation)\(disconnectMessage)",
        remedy: session?.server == .dropbear
          ? "look at the server's log: logread -e dropbear, or journalctl -u dropbear -n 50"
          : "look at the server's log: journalctl -u ssh -n 50 (MaxStartups, a ban, or sshd restarting)",
        throttle: Throttle(words: session?.disconnectMessage ?? ""))
    case .packetTooLarge:
      self.init(
        .protocolError,
        "\(peer): \(error.operation): the server sent a packet above the limit of libssh2 (40,000 bytes)"
          + (error.operation == Session.methodsOperation
            ? ", most likely the text of its Banner, which ssh would display" : ""),
        remedy: error.operation == Session.methodsOperation
          ? session?.server == .dropbear
            ? "shorten the file that dropbear's option -b names on the host to less than 36,000 bytes"
            : """
            shorten the file that Banner names in sshd_config on the server to less than 36,000 bytes, or set \
            Banner none there for this user; then: systemctl reload ssh
            """
          : "look at the server, and at what is between: ssh would show it")
    case .protocolViolation, .authenticationRefused, .unusableKey, .channelRefused, .other:
      self.init(
        .protocolError, "\(peer): \(error.operation): \(error.detail)",
        remedy: "check that an SSH server answers there")
    }
  }

  /// The failure for a peer that sent text and did not continue as an SSH server; nil for any other.
  private init?(
    refusal opening: ServerOpening, _ disconnectMessage: String?, _ peer: HostPort, _ resolution: Resolution
  ) {
    guard opening.identification == nil, let words = opening.words else { return nil }
    let throttle = Throttle(words: words)
    let remedy =
      switch throttle {
      case .penalty:
        """
        the guard waits longer each time; on the server, journalctl -u ssh -n 50 says why (MaxStartups, or \
        PerSourcePenalties, from which PerSourcePenaltyExemptList in sshd_config exempts an address)
        """
      case .overload:
        "see what opens so many connections, or raise MaxStartups in sshd_config: journalctl -u ssh -n 50 on the server"
      case nil:
        "if that is no SSH server, correct HostName and Port in ssh_config; else look at its log"
      }
    self.init(
      .peerClosed, "\(peer) refuses the SSH session; it says: \(words)", remedy: remedy,
      // The server most likely counts the refused connections.
      throttle: throttle ?? .overload)
  }

  private init(
    keyExchange error: SSHError, _ peer: HostPort, _ resolution: Resolution, _ knownHosts: KnownHosts?,
    _ session: Session?
  ) {
    let mismatches = session?.mismatches ?? []
    let library = "libssh2 \(SSHLibrary.version)"
    var message: String
    var remedies: [String] = []
    if mismatches.isEmpty {
      message = "\(peer): the key exchange failed: \(error.detail)"
      remedies.append("compare with what ssh does")
    } else {
      let server = session?.opening.identification ?? "the server"
      let program = ServerProgram(identification: session?.opening.identification)
      message =
        "\(peer): "
        + mismatches.map { mismatch in
          """
          no \(mismatch.kind.rawValue) in common: \(server) offers \(mismatch.server.shown), the guard \
          (\(library)) \(mismatch.offered.shown)
          """
        }.joined(separator: "; ")
      remedies += mismatches.map { $0.remedy(server, program) }
    }
    if mismatches.contains(where: { $0.kind == .hostKey }) || mismatches.isEmpty {
      if let entry = knownHosts?.onlyUnusableEntry(
        name: resolution.hostKeyName, port: resolution.hostKeyPort)
      {
        message +=
          "; known_hosts has only an RSA key for it (\(entry.place)). \(SSHLibrary.rsaHostKeyExplanation)"
      } else if !SSHLibrary.signsRSAWithSHA2, !mismatches.isEmpty {
        message += ". \(SSHLibrary.rsaHostKeyExplanation)"
      }
    }
    self.init(
      .protocolError, message, remedy: remedies.joined(separator: "; "),
      files: (knownHosts?.files ?? []) + resolution.configFiles)
  }
}

extension TunnelFailure.Throttle {
  /// OpenSSH says "Not allowed at this time" (9.8 and later, for both) and "Exceeded MaxStartups".
  init?(words: String) {
    let words = words.lowercased()
    // RFC 4253 §11.1: 12 is SSH_DISCONNECT_TOO_MANY_CONNECTIONS.
    if ["maxstartups", "too many connections", "busy", "try again", "overload", "(reason 12)"]
      .contains(where: words.contains)
    {
      self = .overload
    } else if ["not allowed", "penalt", "banned", "blocked", "blacklist", "too many", "rate limit"]
      .contains(where: words.contains)
    {
      self = .penalty
    } else {
      return nil
    }
  }
}

extension AlgorithmMismatch {
  /// The maximum length of a line in a remedy, so that it can be copied.
  private static let longestLine = 300

  /// The change that gives both sides an algorithm in common.
  fileprivate func remedy(_ server: String, _ program: ServerProgram) -> String {
    if let name = leftOut.first {
      return
        "ssh_config leaves out \(name), which both sides have: add it to the line \(kind.keyword) of this host"
    }
    guard let name = supported.first(where: { !$0.hasSuffix("@openssh.com") }) ?? supported.first else {
      return "update libssh2"
    }
    let line = "\(kind.keyword) \((self.server + [name]).joined(separator: ","))"
    let change =
      line.utf8.count <= Self.longestLine
      ? "in sshd_config on the server: \(line)"
      : "add \(name) to \(kind.keyword) in sshd_config on the server"
    let place: String
    switch program {
    case .openSSH: place = change
    case .unknown: place = "let the server offer \(name) (\(kind.keyword) of sshd_config)"
    case .dropbear:
      // Its algorithms are chosen when it is built.
      return kind == .hostKey
        ? "make a host key of that type for dropbear on the server (dropbearkey), and restart it"
        : "update dropbear on the server: let it be one that is built with \(name)"
    }
    let keys = kind == .hostKey ? "make a key of that type there (ssh-keygen -A), and " : ""
    return "\(keys)\(place); then: systemctl reload ssh"
  }
}

extension [String] {
  /// The list as text for the user.
  fileprivate var shown: String {
    guard !isEmpty else { return "none" }
    let limit = 12
    return prefix(limit).joined(separator: ", ") + (count > limit ? " and \(count - limit) more" : "")
  }
}
