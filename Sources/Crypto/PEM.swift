internal import CLibCrypto

/// The type of a private key.
package enum PrivateKeyType: Hashable, Sendable {
  case rsa, dsa
  /// The curve as OpenSSL names it, for example `prime256v1`.
  case ellipticCurve(String)
  case other
}

/// Textual encodings of keys and certificates (RFC 7468).
package enum PEM {
  /// The blocks with valid Base64: label (`CERTIFICATE`, `PRIVATE KEY`) and content.
  package static func blocks(in text: [UInt8]) -> [(label: String, content: [UInt8])] {
    text.withUnsafeBytes { text in
      // libcurl reads the same error queue of this thread.
      defer { ERR_clear_error() }
      guard let file = BIO_new_mem_buf(text.baseAddress, Int32(clamping: text.count)) else { return [] }
      defer { BIO_free(file) }
      var blocks: [(String, [UInt8])] = []
      // Each call consumes a block, or the lines up to an invalid one.
      while BIO_ctrl_pending(file) > 0 {
        var (label, header) = (UnsafeMutablePointer<CChar>?.none, UnsafeMutablePointer<CChar>?.none)
        var content: UnsafeMutablePointer<UInt8>?
        var count = 0
        guard PEM_read_bio(file, &label, &header, &content, &count) == 1 else { continue }
        if let label, let content {
          blocks.append((String(cString: label), Array(UnsafeBufferPointer(start: content, count: count))))
        }
        CRYPTO_free(label, nil, 0)
        CRYPTO_free(header, nil, 0)
        CRYPTO_clear_free(content, count, nil, 0)
      }
      return blocks
    }
  }

  /// The type of the first private key in a PEM or PKCS #8 file; nil if there is none that the passphrase opens.
  package static func privateKeyType(in text: [UInt8], passphrase: String?) -> PrivateKeyType? {
    var words = Array((passphrase ?? "").utf8)
    defer { words.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
    words.append(0)
    return text.withUnsafeBytes { text -> PrivateKeyType? in
      defer { ERR_clear_error() }
      guard let file = BIO_new_mem_buf(text.baseAddress, Int32(clamping: text.count)) else { return nil }
      defer { BIO_free(file) }
      // With the words as its last argument, OpenSSL does not ask on the terminal.
      let key = words.withUnsafeMutableBytes { PEM_read_bio_PrivateKey(file, nil, nil, $0.baseAddress) }
      guard let key else { return nil }
      defer { EVP_PKEY_free(key) }
      switch EVP_PKEY_get_base_id(key) {
      case EVP_PKEY_RSA: return .rsa
      case EVP_PKEY_DSA: return .dsa
      case EVP_PKEY_SM2: return .ellipticCurve("SM2")
      case EVP_PKEY_EC:
        var name = [CChar](repeating: 0, count: 80)
        guard EVP_PKEY_get_group_name(key, &name, name.count, nil) == 1 else { return .other }
        return .ellipticCurve(
          String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
      case _: return .other
      }
    }
  }
}
