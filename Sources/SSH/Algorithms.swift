/// The algorithms to offer, best first. libssh2 drops unknown names; 1.10 has no AEAD cipher and no encrypt-then-MAC.
/// OpenSSH 9 accepts all of them.
package enum Algorithms {
  /// Without group exchange (RFC 4419): libssh2 accepts groups of up to 16,384 bits from an unauthenticated server
  /// and needs seconds to compute with them.
  static let keyExchange = [
    "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521", "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
  ]

  /// The host key types that can be verified. RSA is included only if libssh2 signs with SHA-2 (1.11 and later).
  package static let hostKeys = [
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512",
    "rsa-sha2-256",
  ]

  static let ciphers = [
    "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr",
  ]

  static let macs = [
    "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512",
    // ssh(1) also offers it last: as a MAC, SHA-1 is not broken.
    "hmac-sha1",
  ]

  /// The ciphers in the default order of ssh(1) before 10.0, which has that of `ciphers`.
  private static let earlierCipherOrder = [
    "aes128-ctr", "aes192-ctr", "aes256-ctr", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com",
  ]

  /// The algorithms of `own` that a list of ssh_config allows, and whether their order is the list's.
  ///
  /// `ssh -G` prints a default list, one with `+` or `-`, and a list that the user wrote in the same way. A list in the
  /// default order of ssh(1) was not chosen by the user. The lists of this type are in that order.
  package static func allowed(by list: [String], of own: [String]) -> (names: [String], isChosen: Bool) {
    var seen: Set<String> = []
    let listed = list.filter { own.contains($0) && seen.insert($0).inserted }
    let isDefault = [own, earlierCipherOrder].contains { $0.filter(seen.contains) == listed }
    return isDefault ? (own.filter(seen.contains), false) : (listed, true)
  }

  /// The algorithms that one connection offers, best first.
  package struct Offer: Hashable, Sendable {
    package var keyExchange: [String]
    package var hostKeys: [String]
    package var ciphers: [String]
    package var macs: [String]
    /// True if `hostKeys` is in an order that the user chose. The key types in known_hosts do not change it then.
    package var keepsHostKeyOrder = false

    package static var all: Offer {
      Offer(
        keyExchange: Algorithms.keyExchange, hostKeys: Algorithms.hostKeys, ciphers: Algorithms.ciphers,
        macs: Algorithms.macs)
    }
  }
}
