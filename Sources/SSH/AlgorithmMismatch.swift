extension Algorithms {
  /// The algorithms that a server offers (RFC 4253 §7.1). Ciphers and MACs are listed client to server first.
  package struct ServerOffer: Hashable, Sendable {
    package let keyExchange: [String]
    package let hostKeys: [String]
    package let ciphers: [[String]]
    package let macs: [[String]]
  }

  /// The valid names of a list (RFC 4251 §6).
  static func names(_ list: some Collection<UInt8>) -> [String] {
    list.split(separator: UInt8(ascii: ",")).compactMap { name in
      let isName =
        name.count <= 64
        && name.allSatisfy { byte in
          (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xdf)
            || "@.-_+/".utf8.contains(byte)
        }
      // A name that is shown is a text of the peer.
      return isName ? PeerText.clean(name) : nil
    }
  }
}

/// A category of algorithms in which the two sides have none in common.
package struct AlgorithmMismatch: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case keyExchange = "key exchange method"
    case hostKey = "host key algorithm"
    case cipher, mac = "MAC"

    /// The keyword in ssh_config(5) and sshd_config(5).
    package var keyword: String {
      switch self {
      case .keyExchange: "KexAlgorithms"
      case .hostKey: "HostKeyAlgorithms"
      case .cipher: "Ciphers"
      case .mac: "MACs"
      }
    }
  }

  package let kind: Kind
  package let server: [String]
  /// The algorithms that this side offered.
  package let offered: [String]
  /// The algorithms that this side supports; ssh_config may exclude some of them.
  package let supported: [String]

  /// Algorithms that both sides support but ssh_config excludes.
  package var leftOut: [String] { supported.filter(server.contains) }

  package static func find(
    _ server: Algorithms.ServerOffer, offered: Algorithms.Offer, supported: Algorithms.Offer
  ) -> [AlgorithmMismatch] {
    var found: [AlgorithmMismatch] = []
    func compare(_ kind: Kind, _ theirs: [String], _ list: KeyPath<Algorithms.Offer, [String]>) {
      guard !found.contains(where: { $0.kind == kind }),
        !theirs.contains(where: offered[keyPath: list].contains)
      else { return }
      // These names are markers and not algorithms (RFC 8308 §2.1, and OpenSSH's PROTOCOL §1.9).
      let named = theirs.filter { !$0.hasPrefix("ext-info-") && !$0.hasPrefix("kex-strict-") }
      found.append(
        AlgorithmMismatch(
          kind: kind, server: named, offered: offered[keyPath: list], supported: supported[keyPath: list]))
    }
    compare(.keyExchange, server.keyExchange, \.keyExchange)
    compare(.hostKey, server.hostKeys, \.hostKeys)
    for (ciphers, macs) in zip(server.ciphers, server.macs) {
      compare(.cipher, ciphers, \.ciphers)
      // The client's first cipher that the server supports is used (RFC 4253 §7.1). These ciphers need no MAC (RFC
      // 5647 §5.1).
      let cipher = offered.ciphers.first(where: ciphers.contains)
      if cipher?.contains("-gcm") != true { compare(.mac, macs, \.macs) }
    }
    return found
  }
}
