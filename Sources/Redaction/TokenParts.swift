/// Tokens that are recognized by their parts and the lengths of these.
struct TokenParts {
  private enum Part {
    case text(StaticString)
    case run(TokenShape.Alphabet, ClosedRange<Int>)
    case uuid
  }

  private let parts: [Part]

  private init(_ parts: Part...) { self.parts = parts }

  private static func exactly(_ count: Int, _ alphabet: TokenShape.Alphabet = .alphanumeric) -> Part {
    .run(alphabet, count...count)
  }

  private static func least(_ count: Int, _ alphabet: TokenShape.Alphabet = .alphanumeric) -> Part {
    .run(alphabet, count...256)
  }

  private static let all: [UInt8: [TokenParts]] = [
    UInt8(ascii: "0"): [
      // Bitwarden Secrets Manager
      TokenParts(.text("0."), .uuid, .text("."), least(20), .text(":"), least(20, .encoded))
    ],
    UInt8(ascii: "A"): [
      // Ceph
      TokenParts(.text("AQ"), exactly(36, .base64), .text("=="))
    ],
    UInt8(ascii: "K"): [
      // Backblaze B2
      TokenParts(.text("K00"), exactly(1, .hexadecimal), exactly(27, .base64))
    ],
    UInt8(ascii: "P"): [TokenParts(.text("PDU"), least(28))],
    UInt8(ascii: "a"): [
      TokenParts(.text("api-"), .uuid),
      // Boundary
      TokenParts(.text("at_"), exactly(10), .text("_s1"), least(32, .word)),
    ],
    UInt8(ascii: "c"): [
      // crates.io
      TokenParts(.text("cio"), exactly(32))
    ],
    UInt8(ascii: "f"): [TokenParts(.text("fw_"), least(20))],
    UInt8(ascii: "k"): [
      // Rancher
      TokenParts(.text("kubeconfig-"), .run(.word, 1...64), .text(":"), exactly(54))
    ],
    UInt8(ascii: "m"): [TokenParts(.text("mob-"), .uuid)],
    UInt8(ascii: "o"): [
      // Twitch
      TokenParts(.text("oauth:"), exactly(30))
    ],
    UInt8(ascii: "p"): [
      // Airtable
      TokenParts(.text("pat"), exactly(14), .text("."), exactly(64, .hexadecimal))
    ],
    UInt8(ascii: "r"): [
      // Resend, Harbor, Roboflow
      TokenParts(.text("re_"), exactly(8), .text("_"), least(20)),
      TokenParts(.text("robot$"), .run(.word, 1...64), .text("+"), least(24)),
      TokenParts(.text("rf_"), least(20)),
    ],
    UInt8(ascii: "s"): [
      // Infisical, LaunchDarkly
      TokenParts(
        .text("st."), .uuid, .text("."), exactly(32, .hexadecimal), .text("."), exactly(32, .hexadecimal)),
      TokenParts(.text("sdk-"), .uuid),
    ],
    UInt8(ascii: "t"): [
      // Rancher
      TokenParts(.text("token-"), exactly(5), .text(":"), exactly(54))
    ],
    UInt8(ascii: "x"): [
      // Axiom
      TokenParts(.text("xaat-"), .uuid), TokenParts(.text("xapt-"), .uuid),
    ],
  ]

  /// Tokens with a mark in the middle: of Azure DevOps, and of Firebase.
  private static let marked: [(mark: StaticString, offset: Int, shape: TokenParts)] = [
    ("AZDO", 76, TokenParts(exactly(76), .text("AZDO"), exactly(4))),
    (":APA91b", 11, TokenParts(exactly(11, .word), .text(":APA91b"), least(100, .word))),
  ]

  static func end(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    for shape in all[bytes[start]] ?? [] {
      if let end = shape.end(in: bytes, at: start) { return end }
    }
    for (mark, offset, shape) in marked where bytes.starts(with: mark, at: start + offset) {
      if let end = shape.end(in: bytes, at: start) { return end }
    }
    return nil
  }

  private func end(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    var end = start
    for part in parts {
      switch part {
      case .text(let text):
        guard bytes.starts(with: text, at: end) else { return nil }
        end += text.utf8CodeUnitCount
      case .uuid:
        guard bytes.isUUID(at: end) else { return nil }
        end += 36
      case .run(let alphabet, let counts):
        var last = end
        while last < bytes.count, last - end < counts.upperBound, alphabet.contains(bytes[last]) { last += 1 }
        guard counts.contains(last - end) else { return nil }
        end = last
      }
    }
    // A longer word is something else.
    return end < bytes.count && bytes[end].isNameByte ? nil : end
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// `550e8400-e29b-41d4-a716-446655440000`
  func isUUID(at start: Int) -> Bool {
    guard start >= 0, count - start >= 36 else { return false }
    return (0..<36).allSatisfy {
      [8, 13, 18, 23].contains($0) ? self[start + $0] == UInt8(ascii: "-") : self[start + $0].isHexadecimal
    } && (start + 36 == count || !self[start + 36].isNameByte)
  }
}
