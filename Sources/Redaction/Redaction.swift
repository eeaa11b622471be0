/// Removes the credentials from a text and shortens it to at most `limit` bytes of UTF-8. `…` marks a removed
/// part. If the text is not very long, its end stays: the last words of an error are often its cause.
///
/// Credentials are hidden before the text is shortened, because a shortened credential is not recognized and
/// a part of it would remain. A second call shows nothing more.
public func redacted(_ text: String, limit: Int = redactedTextLimit) -> String {
  var text = text
  let result = text.withUTF8 { bytes -> String? in
    // Scan more than the visible part, because a credential is recognized by all of its text. A credential
    // that extends beyond the window is hidden to the end.
    let keepsEnd = limit >= redactedTextLimit && bytes.count <= wholeTextLimit
    let window = UnsafeBufferPointer(rebasing: bytes.prefix(keepsEnd ? bytes.count : limit + 1 << 10))
    let hidden = hiddenPlaces(in: window, isCut: window.count < bytes.count)
    guard !hidden.isEmpty || bytes.count > limit else { return nil }
    return RedactedText(window, hiding: hidden, isCut: window.count < bytes.count).text(limit: limit)
  }
  return result ?? text
}

private func hiddenPlaces(in text: UnsafeBufferPointer<UInt8>, isCut: Bool) -> [HiddenPlace] {
  guard let visible = VisibleBytes(text) else {
    var scanner = CredentialScanner(text, isCut: isCut)
    return scanner.scan()
  }
  return visible.bytes.withUnsafeBufferPointer { bytes in
    var scanner = CredentialScanner(bytes, isCut: isCut)
    return scanner.scan().map { HiddenPlace(range: visible.range(in: $0.range), replacement: $0.replacement) }
  }
}

/// The maximum length in bytes of one text from a cluster.
public let redactedTextLimit = 1024

/// The length in bytes of the texts whose end stays if they are shortened. Longer ones would take too long.
private let wholeTextLimit = 16 << 10

/// The length in bytes of that end.
private let endLength = 256

/// A range of a text and its replacement.
struct HiddenPlace {
  let range: Range<Int>
  var replacement: StaticString = "…"
}

private struct RedactedText {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let hidden: [HiddenPlace]
  private let isCut: Bool

  init(_ bytes: UnsafeBufferPointer<UInt8>, hiding hidden: [HiddenPlace], isCut: Bool) {
    self.bytes = bytes
    self.hidden = hidden
    self.isCut = isCut
  }

  func text(limit: Int) -> String {
    var kept: [UInt8] = []
    var index = 0
    for place in hidden {
      kept += bytes[index..<place.range.lowerBound]
      place.replacement.withUTF8Buffer { kept += $0 }
      index = place.range.upperBound
      if isCut, kept.count > limit { break }
    }
    if !isCut || kept.count <= limit { kept += bytes[index...] }
    guard isCut || kept.count > limit else { return String(decoding: kept, as: UTF8.self) }
    if !isCut, limit >= redactedTextLimit { return beginningAndEnd(of: kept, limit: limit) }
    let mark = Array("…".utf8)
    var end = min(kept.count, max(0, limit - mark.count))
    // Do not cut inside a character: continuation bytes begin with the bits 10 (RFC 3629 §3).
    while end > 0, end < kept.count, kept[end] & 0xC0 == 0x80 { end -= 1 }
    // The window may have ended inside a character.
    if end == kept.count { end = UTF8.wholePrefix(of: kept) }
    return String(decoding: kept[..<end] + mark, as: UTF8.self)
  }

  private func beginningAndEnd(of text: [UInt8], limit: Int) -> String {
    let mark = Array(" … ".utf8)
    var (end, start) = (limit - mark.count - endLength, text.count - endLength)
    while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
    while start < text.count, text[start] & 0xC0 == 0x80 { start += 1 }
    return String(decoding: text[..<end] + mark + text[start...], as: UTF8.self)
  }
}

extension UTF8 {
  /// The length without an incomplete character at the end.
  fileprivate static func wholePrefix(of bytes: [UInt8]) -> Int {
    var start = bytes.count
    while start > 0, bytes.count - start < 4, bytes[start - 1] & 0xC0 == 0x80 { start -= 1 }
    guard start > 0, bytes[start - 1] >= 0xC0 else { return bytes.count }
    let lead = bytes[start - 1]
    let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
    return bytes.count - start + 1 == length ? bytes.count : start - 1
  }
}
