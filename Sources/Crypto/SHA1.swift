internal import CLibCrypto

/// SHA-1 (FIPS 180-4), for fingerprints in lists of revoked keys.
package enum SHA1 {
  /// - Returns: 20 bytes.
  package static func digest(_ message: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
    CLibCrypto.SHA1(message, message.count, &digest)
    return digest
  }
}
