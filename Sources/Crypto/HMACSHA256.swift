internal import CLibCrypto

/// HMAC with SHA-256 (RFC 2104), computed by OpenSSL.
package struct HMACSHA256: Hashable, Sendable {
  /// The 32 bytes of the code.
  package let bytes: [UInt8]

  /// - Parameter key: only its first 64 KiB are used.
  /// - Returns: nil if OpenSSL provides no SHA-256, for example in a broken installation.
  package init?(of message: [UInt8], key: [UInt8]) {
    var code = [UInt8](repeating: 0, count: 32)
    let key = key.prefix(64 << 10)
    let isMade = key.withUnsafeBytes { key in
      message.withUnsafeBytes { message in
        // A null key would reuse the previous key (HMAC(3)), and an empty buffer's address may be null.
        oceanid_hmac_sha256(
          key.baseAddress ?? UnsafeRawPointer(bitPattern: 1), Int32(key.count), message.baseAddress,
          message.count,
          &code)
      }
    }
    guard isMade == 1 else { return nil }
    bytes = code
  }

  /// Lowercase hexadecimal digits.
  package var hexadecimal: String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
