internal import FoundationEssentials

/// Base64 as known_hosts and fingerprints use it (RFC 4648 §4), with or without padding.
package enum Base64 {
  /// Encodes without padding, as fingerprints are printed.
  package static func encodeUnpadded(_ bytes: some Sequence<UInt8>) -> String {
    String(Data(bytes).base64EncodedString().prefix { $0 != "=" })
  }

  /// nil for anything that is not base64.
  package static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var digits = Array(text.utf8)
    while digits.last == UInt8(ascii: "=") { digits.removeLast() }
    digits += Array(repeating: UInt8(ascii: "="), count: (4 - digits.count % 4) % 4)
    return Data(base64Encoded: Data(digits)).map(Array.init)
  }
}
