internal import Crypto
internal import SSH

/// A public key in wire format (RFC 4253 §6.6): its type as a string, followed by the data for that type.
enum PublicKey {
  /// For example `ssh-ed25519`; empty if the data is not a key.
  static func type(_ blob: [UInt8]) -> String {
    var reader = MessageReader(blob[...])
    return reader.string().map { PeerText.clean($0) } ?? ""
  }

  /// The type that SSH gives to a private key in PEM or PKCS #8; nil if it is left to libssh2.
  ///
  /// - Throws: the reason why SSH has no such type, as the end of a sentence.
  static func type(of key: PrivateKeyType) throws(Unknown) -> String? {
    switch key {
    case .rsa: "ssh-rsa"
    case .dsa: "ssh-dss"
    // RFC 5656 §10.1; ssh(1) calls a key of another curve an invalid format.
    case .ellipticCurve("prime256v1"): "ecdsa-sha2-nistp256"
    case .ellipticCurve("secp384r1"): "ecdsa-sha2-nistp384"
    case .ellipticCurve("secp521r1"): "ecdsa-sha2-nistp521"
    case .ellipticCurve(let curve): throw Unknown(reason: "is of a curve that SSH does not have (\(curve))")
    case .other: nil
    }
  }

  struct Unknown: Error { let reason: String }

  /// Certificate types look like `ssh-ed25519-cert-v01@openssh.com` (OpenSSH's PROTOCOL.certkeys).
  static func isCertificate(_ type: String) -> Bool { type.contains("-cert-v") }

  /// The key of a certificate, or the key itself: ssh(1) compares them as equal where a key is revoked.
  static func plain(_ blob: [UInt8]) -> [UInt8] {
    var reader = MessageReader(blob[...])
    guard let full = reader.string().map({ String(decoding: $0, as: UTF8.self) }), isCertificate(full),
      let mark = full.firstRange(of: "-cert-v"), reader.string() != nil  // the nonce
    else { return blob }
    let type = full[..<mark.lowerBound]
    var plain: [UInt8] = []
    plain.appendSSH(string: type)
    // RFC 8709 §4, RFC 4253 §6.6 and RFC 5656 §3.1
    for _ in 0..<(type == "ssh-ed25519" ? 1 : type == "ssh-dss" ? 4 : 2) {
      guard let part = reader.string() else { return blob }
      plain.appendSSH(bytes: Array(part))
    }
    return plain
  }

  /// Why libssh2 cannot log in with a key of this type, as the end of a sentence; nil if it can.
  ///
  /// - Parameter allowed: PubkeyAcceptedAlgorithms; nil allows all.
  static func refusal(_ type: String, allowed: Set<String>?) -> String? {
    if type.hasPrefix("sk-") { return "is a security key's (\(type)), which libssh2 can't use" }
    if isCertificate(type) { return "is a certificate (\(type)), which libssh2 can't use" }
    if type == "ssh-rsa" {
      if !SSHLibrary.signsRSAWithSHA2 { return SSHLibrary.rsaExplanation }
    } else if type != "ssh-ed25519", !type.hasPrefix("ecdsa-sha2-nistp") {
      return "is of a type that libssh2 can't use (\(type))"
    }
    // An RSA key has one type and several signature algorithms (RFC 8332 §3).
    let names = type == "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type]
    if let allowed, !names.contains(where: allowed.contains) {
      return "is \(type), which PubkeyAcceptedAlgorithms in ssh_config leaves out"
    }
    return nil
  }
}

extension String {
  /// The lines of a file as C programs see them. To Swift, CR LF is one `Character` that differs from LF.
  var lines: [Substring] {
    utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Substring.init)
  }
}
