internal import Crypto

/// A server's public key, after the server proved that it has the private key.
package struct HostKey: Hashable, Sendable {
  /// For example `ssh-ed25519` or `ecdsa-sha2-nistp256` (RFC 4253 §6.6).
  package let type: String
  /// The key in wire format; known_hosts contains it in Base64.
  package let blob: [UInt8]
  /// `SHA256:…` in the format of `ssh-keygen -l`.
  package let fingerprint: String

  package init(type: String, blob: [UInt8], fingerprint: String) {
    self.type = type
    self.blob = blob
    self.fingerprint = fingerprint
  }

  /// `SHA256:…` of a key in wire format.
  package static func fingerprint(of blob: [UInt8]) -> String {
    "SHA256:" + Base64.encodeUnpadded(SHA256.digest(blob))
  }
}
