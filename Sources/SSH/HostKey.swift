/// The public key that a server proved to hold.
package struct HostKey: Hashable, Sendable {
  /// `ssh-ed25519`, `ecdsa-sha2-nistp256`, … (RFC 4253 §6.6)
  package let type: String
  /// The key as it travels: what known_hosts holds in base64.
  package let blob: [UInt8]
  /// `SHA256:…` as `ssh-keygen -l` prints it.
  package let fingerprint: String

  package init(type: String, blob: [UInt8], fingerprint: String) {
    self.type = type
    self.blob = blob
    self.fingerprint = fingerprint
  }

  /// `SHA256:…` of a key as known_hosts holds it.
  package static func fingerprint(of blob: [UInt8]) -> String {
    "SHA256:" + Base64.encodeUnpadded(SHA256.digest(blob))
  }
}
