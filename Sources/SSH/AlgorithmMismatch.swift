extension Algorithms {
  /// What a server offers (RFC 4253 §7.1); ciphers and MACs first towards it, then from it.
  package struct ServerOffer: Hashable, Sendable {
    package let keyExchange: [String]
    package let hostKeys: [String]
    package let ciphers: [[String]]
    package let macs: [[String]]
  }

  /// The names of a list, without anything that is no name (RFC 4251 §6).
  static func names(_ list: some Collection<UInt8>) -> [String] {
    list.split(separator: UInt8(ascii: ",")).compactMap { name in
      let isName =
        name.count <= 64
        && name.allSatisfy { byte in
          (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xdf)
            || "@.-_+/".utf8.contains(byte)
        }
      return isName ? String(decoding: name, as: UTF8.self) : nil
    }
  }
}

/// One kind of algorithm of which the two sides have none in common.
package struct AlgorithmMismatch: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case keyExchange = "key exchange method"
    case hostKey = "host key algorithm"
    case cipher, mac = "MAC"

    /// The keyword of ssh_config(5) and sshd_config(5).
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
  /// What this side offered.
  package let offered: [String]
  /// What this side could have offered: ssh_config may have taken some of it away.
  package let supported: [String]

  /// Both sides have these, and ssh_config leaves them out.
  package var leftOut: [String] { supported.filter(server.contains) }

  package static func find(
    _ server: Algorithms.ServerOffer, offered: Algorithms.Offer, supported: Algorithms.Offer
  ) -> [AlgorithmMismatch] {
    var found: [AlgorithmMismatch] = []
    func compare(_ kind: Kind, _ theirs: [String], _ list: KeyPath<Algorithms.Offer, [String]>) {
      guard !found.contains(where: { $0.kind == kind }),
        !theirs.contains(where: offered[keyPath: list].contains)
      else { return }
      // Names that stand for no algorithm (RFC 8308 §2.1, and OpenSSH's PROTOCOL §1.9).
      let named = theirs.filter { !$0.hasPrefix("ext-info-") && !$0.hasPrefix("kex-strict-") }
      found.append(
        AlgorithmMismatch(
          kind: kind, server: named, offered: offered[keyPath: list], supported: supported[keyPath: list]))
    }
    compare(.keyExchange, server.keyExchange, \.keyExchange)
    compare(.hostKey, server.hostKeys, \.hostKeys)
    for (ciphers, macs) in zip(server.ciphers, server.macs) {
      compare(.cipher, ciphers, \.ciphers)
      // The client's first that the server has, too, is taken (RFC 4253 §7.1); these need no MAC (RFC 5647 §5.1).
      let cipher = offered.ciphers.first(where: ciphers.contains)
      if cipher?.contains("-gcm") != true { compare(.mac, macs, \.macs) }
    }
    return found
  }
}
