internal import CLibSSH2

/// The libssh2 version in use and its limitations.
package enum SSHLibrary {
  /// For example `1.10.0`.
  package static var version: String { libssh2_version(0).map { String(cString: $0) } ?? "unknown" }

  /// The algorithms to offer that this libssh2 supports, best first; all of them if they cannot be queried.
  package static let supported: Algorithms.Offer = {
    guard let session = try? Session(socket: -1, hostKeyTypes: []) else { return .all }
    return session.supported
  }()

  /// rsa-sha2-256 and rsa-sha2-512 (RFC 8332) are supported since 1.11; earlier versions sign RSA with SHA-1 only.
  package static var signsRSAWithSHA2: Bool { libssh2_version(0x01_0b_00) != nil }

  /// The predicate of a message about an RSA key that cannot be used.
  package static var rsaExplanation: String {
    "is an RSA key: libssh2 \(version) signs RSA with SHA-1 only, which OpenSSH 8.8 and later refuse; use an ed25519 key"
  }

  /// The same limitation for a server's RSA key, as a sentence.
  package static var rsaHostKeyExplanation: String {
    "libssh2 \(version) verifies RSA host keys with SHA-1 only (ssh-rsa), which OpenSSH 8.8 and later no longer offer"
  }
}
