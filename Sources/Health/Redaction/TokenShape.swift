/// Credentials that tell by their beginning what they are.
struct TokenShape {
  private let beginning: StaticString
  /// Bytes after the beginning at the least.
  private let rest: Int
  private let alphabet: Alphabet

  private enum Alphabet {
    /// Letters, digits, `_` and `-`.
    case word
    case capitals
    /// Base64 of either alphabet, in parts with dots between.
    case encoded
    /// Up to a blank or a quote.
    case any

    func contains(_ byte: UInt8) -> Bool {
      switch (self, byte) {
      case (.capitals, 0x30...0x39), (.capitals, 0x41...0x5A): true
      case (.capitals, _): false
      case (.any, 0x21...0x7E): ![0x22, 0x27, 0x2C, 0x3C, 0x3E, 0x5C, 0x60].contains(byte)
      case (.any, _): false
      case (_, 0x30...0x39), (_, 0x41...0x5A), (_, 0x61...0x7A): true
      case (_, UInt8(ascii: "_")), (_, UInt8(ascii: "-")): true
      case (.encoded, UInt8(ascii: ".")), (.encoded, UInt8(ascii: "+")), (.encoded, UInt8(ascii: "/")),
        (.encoded, UInt8(ascii: "=")), (.encoded, UInt8(ascii: "~")):
        true
      default: false
      }
    }
  }

  private init(_ beginning: StaticString, _ rest: Int = 4, _ alphabet: Alphabet = .word) {
    self.beginning = beginning
    self.rest = rest
    self.alphabet = alphabet
  }

  private static let all: [UInt8: [TokenShape]] = Dictionary(
    grouping: [
      // GitHub, GitLab, Bitbucket and Atlassian
      TokenShape("ghp_"), TokenShape("gho_"), TokenShape("ghs_"), TokenShape("ghu_"), TokenShape("ghr_"),
      TokenShape("github_pat_"), TokenShape("glpat-", 4, .encoded), TokenShape("gldt-"), TokenShape("glrt-"),
      TokenShape("glcbt-"), TokenShape("glptt-"), TokenShape("glft-"), TokenShape("glsoat-"),
      TokenShape("glimt-"), TokenShape("glagent-"), TokenShape("glffct-"), TokenShape("ATATT3", 16, .encoded),
      TokenShape("ATBB", 16),
      // AWS: ids of keys, and session tokens
      TokenShape("AKIA", 12, .capitals), TokenShape("ASIA", 12, .capitals),
      TokenShape("ABIA", 12, .capitals), TokenShape("ACCA", 12, .capitals),
      TokenShape("IQoJb3JpZ2lu", 8, .encoded), TokenShape("FwoGZXIvYXdz", 8, .encoded),
      // Chats
      TokenShape("xoxa-"), TokenShape("xoxb-"), TokenShape("xoxc-"), TokenShape("xoxd-", 4, .encoded),
      TokenShape("xoxe-"), TokenShape("xoxe."), TokenShape("xoxo-"), TokenShape("xoxp-"), TokenShape("xoxr-"),
      TokenShape("xoxs-"), TokenShape("xapp-"),
      // JSON Web Tokens and other JSON in base64, PEM in base64, the body of an OpenSSH key
      TokenShape("eyJ", 8, .encoded), TokenShape("LS0tLS1CRUdJTi", 8, .encoded),
      TokenShape("b3BlbnNzaC1rZXktdjE", 8, .encoded), TokenShape("AGE-SECRET-KEY-"),
      // A token to join a K3s cluster: K10, a hash, `::` and the secret
      TokenShape("K10", 24, .any),
      // Google, Vault, Pulumi, Docker and others
      TokenShape("AIza", 20), TokenShape("ya29.", 8, .encoded), TokenShape("GOCSPX-", 8),
      TokenShape("hvs.", 8, .encoded), TokenShape("hvb.", 8, .encoded), TokenShape("hvr.", 8, .encoded),
      TokenShape("pul-", 20), TokenShape("dckr_pat_"), TokenShape("dckr_oat_"), TokenShape("npm_", 20),
      TokenShape("pypi-", 16), TokenShape("sk-", 16), TokenShape("sk_live_"), TokenShape("sk_test_"),
      TokenShape("rk_live_"), TokenShape("rk_test_"), TokenShape("whsec_"), TokenShape("SG.", 16, .encoded),
      TokenShape("dop_v1_"), TokenShape("doo_v1_"), TokenShape("dor_v1_"), TokenShape("tskey-"),
      TokenShape("glsa_", 10), TokenShape("glc_", 10, .encoded), TokenShape("hf_", 16),
      TokenShape("nvapi-", 10), TokenShape("shpat_"), TokenShape("lin_api_"),
      TokenShape("sntrys_", 8, .encoded),
    ], by: { $0.beginning.utf8Start.pointee })

  /// Where the credential ends that begins here; nil where none does.
  static func end(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    guard let shapes = all[bytes[start]] else { return nil }
    return shapes.lazy.compactMap { $0.end(in: bytes, at: start) }.first
  }

  private func end(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    let head = start + beginning.utf8CodeUnitCount
    guard bytes.starts(with: beginning, at: start) else { return nil }
    var end = head
    while end < bytes.count, alphabet.contains(bytes[end]) { end += 1 }
    // The end of a sentence is no part of it.
    while end > head, [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/")].contains(bytes[end - 1]) {
      end -= 1
    }
    guard end - head >= rest else { return nil }
    if case .any = alphabet, !bytes[head..<end].contains(UInt8(ascii: ":")) { return nil }
    return end
  }
}

extension UnsafeBufferPointer<UInt8> {
  func starts(with text: StaticString, at start: Int) -> Bool {
    guard count - start >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { needle in
      for (offset, byte) in needle.enumerated() where self[start + offset] != byte { return false }
      return true
    }
  }

  /// Whether ASCII letters of either case spell this text, which is in small letters.
  func spells(_ text: StaticString, at start: Int) -> Bool {
    guard count - start >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { needle in
      for (offset, byte) in needle.enumerated() {
        let here = self[start + offset]
        guard here == byte || ((0x41...0x5A).contains(here) && here | 0x20 == byte) else { return false }
      }
      return true
    }
  }
}
