internal import FoundationEssentials

/// Textual encodings of RFC 7468, as far as a kubeconfig needs them.
enum PEM {
  /// True if the text contains a block with this label (`CERTIFICATE`, `PRIVATE KEY`).
  static func contains(label: (Substring) -> Bool, in text: [UInt8]) -> Bool {
    !blocks(in: text).filter { label($0.label) }.isEmpty
  }

  /// The contents of the first block with this label; nil if there is none or its Base64 is invalid.
  static func firstBlock(_ label: String, in text: [UInt8]) -> [UInt8]? {
    guard let block = blocks(in: text).first(where: { $0.label == label }) else { return nil }
    return base64(String(block.body))
  }

  /// The contents of each block with this label and valid Base64.
  static func allBlocks(_ label: String, in text: [UInt8]) -> [[UInt8]] {
    blocks(in: text).filter { $0.label == label }.compactMap { base64($0.body) }
  }

  /// Decodes Base64 that may contain white space, as in YAML blocks; nil if it is invalid.
  static func base64(_ text: String) -> [UInt8]? {
    let compact = text.filter { !$0.isWhitespace }
    guard !compact.isEmpty, let data = Data(base64Encoded: compact) else { return nil }
    return [UInt8](data)
  }

  private static func blocks(in text: [UInt8]) -> [(label: Substring, body: String)] {
    var blocks: [(label: Substring, body: String)] = []
    var label: Substring?
    var body = ""
    for line in String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline) {
      if line.hasPrefix("-----BEGIN ") {
        label = line.dropFirst(11).prefix { $0 != "-" }
        body = ""
      } else if line.hasPrefix("-----END ") {
        if let label { blocks.append((label, body)) }
        label = nil
      } else if label != nil {
        body += line
      }
    }
    return blocks
  }
}
