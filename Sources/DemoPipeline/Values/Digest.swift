/// Stable strings that look like digests: FNV-1a with 64 bits, repeated. They identify, they do not protect.
enum Digest {
  /// The name of a Git object: 40 hexadecimal digits.
  static func sha(_ text: String) -> String { hex(Array(text.utf8), digits: 40) }

  static func hex(_ bytes: some Sequence<UInt8>, digits: Int) -> String {
    var out = ""
    var round: UInt64 = 0
    while out.utf8.count < digits {
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ round
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
      hash ^= hash >> 32
      let part = String(hash &* 0x9e37_79b9_7f4a_7c15, radix: 16)
      out += String(repeating: "0", count: 16 - part.utf8.count) + part
      round += 1
    }
    return String(out.prefix(digits))
  }
}
