internal import CLibCrypto

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
}
