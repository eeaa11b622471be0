internal import SSH

/// A public key as it travels (RFC 4253 §6.6): its type as a string, and what belongs to that.
enum PublicKey {
  /// `ssh-ed25519`; empty where it is none.
  static func type(_ blob: [UInt8]) -> String {
    var reader = MessageReader(blob[...])
    return reader.string().map { PeerText.clean($0) } ?? ""
  }

  /// OpenSSH's PROTOCOL.certkeys: `ssh-ed25519-cert-v01@openssh.com`.
  static func isCertificate(_ type: String) -> Bool { type.contains("-cert-v") }

  /// Why libssh2 can't log in with a key of this type, as a sentence's end; nil where it can.
  ///
  /// - Parameter allowed: PubkeyAcceptedAlgorithms; nil: all.
  static func refusal(_ type: String, allowed: Set<String>?) -> String? {
    if type.hasPrefix("sk-") { return "is a security key's (\(type)), which libssh2 can't use" }
    if isCertificate(type) { return "is a certificate (\(type)), which libssh2 can't use" }
    if type == "ssh-rsa" {
      if !SSHLibrary.signsRSAWithSHA2 { return SSHLibrary.rsaExplanation }
    } else if type != "ssh-ed25519", !type.hasPrefix("ecdsa-sha2-nistp") {
      return "is of a type that libssh2 can't use (\(type))"
    }
    // An RSA key has several names of signatures (RFC 8332 §3).
    let names = type == "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type]
    if let allowed, !names.contains(where: allowed.contains) {
      return "is \(type), which PubkeyAcceptedAlgorithms in ssh_config leaves out"
    }
    return nil
  }
}

extension String {
  /// The lines of a file as C programs see them. To `Character` the end of a line of DOS, CR LF, is one that is no LF.
  var lines: [Substring] {
    utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Substring.init)
  }
}
