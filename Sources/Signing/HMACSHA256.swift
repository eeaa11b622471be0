internal import CLibCrypto

/// A message authentication code that only who knows the key can make (RFC 2104 with SHA-256), by OpenSSL.
package struct HMACSHA256: Hashable, Sendable {
  /// 32 of them.
  package let bytes: [UInt8]

  /// - Parameter key: at most 64 KiB of it count.
  /// - Returns: nil where OpenSSL has no SHA-256 to give, as with a broken installation.
  package init?(of message: [UInt8], key: [UInt8]) {
    var code = [UInt8](repeating: 0, count: 32)
    let key = key.prefix(64 << 10)
    let isMade = key.withUnsafeBytes { key in
      message.withUnsafeBytes { message in
        // A null key would mean "the key of last time" (HMAC(3)); an empty buffer's address may be null.
        oceanid_hmac_sha256(
          key.baseAddress ?? UnsafeRawPointer(bitPattern: 1), Int32(key.count), message.baseAddress,
          message.count,
          &code)
      }
    }
    guard isMade == 1 else { return nil }
    bytes = code
  }

  /// Small letters.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
