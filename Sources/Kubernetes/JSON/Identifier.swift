internal import Redaction

extension String {
  /// The word without its tokens. A name of Kubernetes has small letters only and is never one, whatever it says; a token
  /// has 20 characters or more, with digits, and with capital letters or underscores. A text with a blank, an equals sign
  /// or a URL is not a name: controllers write what they like into reasons and versions.
  var withoutCredentials: String {
    if utf8.contains(where: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "=") }) || contains("://") {
      return redacted(self, limit: utf8.count)
    }
    guard utf8.count >= Self.minTokenLength, utf8.contains(where: \.isOfTokensOnly) else { return self }
    var text = ""
    var part = ""
    func flush() {
      text += part.mayBeToken ? redacted(part, limit: part.utf8.count) : part
      part = ""
    }
    for character in self {
      if Self.separators.contains(character) {
        flush()
        text.append(character)
      } else {
        part.append(character)
      }
    }
    flush()
    return text
  }

  private static let minTokenLength = 20
  private static let separators: Set<Character> = ["/", ":", "@", " ", ","]

  private var mayBeToken: Bool {
    utf8.count >= Self.minTokenLength && utf8.contains(where: \.isOfTokensOnly)
      && utf8.contains { (0x30...0x39).contains($0) }
  }
}

extension UInt8 {
  /// A capital letter or an underscore.
  fileprivate var isOfTokensOnly: Bool { (0x41...0x5A).contains(self) || self == UInt8(ascii: "_") }
}
