internal import CLibCrypto

/// SHA-256 (FIPS 180-4).
package enum SHA256 {
  /// - Returns: 32 bytes.
  package static func digest(_ message: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    CLibCrypto.SHA256(message, message.count, &digest)
    return digest
  }
}
