import Health

/// Decodes the bytes of a terminal into keys: UTF-8, and the sequences of xterm (ECMA-48 CSI and SS3, SGR mouse reports,
/// bracketed paste).
///
/// The result does not depend on how the bytes are split. A lone Esc and the start of a sequence are the same byte,
/// so the caller waits for `timeLimit` and then calls `expire`.
package struct KeyDecoder: Hashable, Sendable {
  private enum State: Hashable {
    case ground
    /// After Esc.
    case escape
    /// After Esc and `[`.
    case sequence
    /// After Esc and `O`.
    case function
    /// After Esc, `[` and `[`: a function key of the Linux console.
    case consoleFunction
    /// Within a character of several bytes.
    case character(length: Int)
    case paste
  }

  private var state: State = .ground
  /// The bytes of the unfinished sequence, character or paste.
  private var buffer: [UInt8] = []
  /// The number of bytes of `pasteEnd` that were received.
  private var matched = 0

  private static let escape: UInt8 = 0x1B
  private static let pasteEnd = Array("\u{1B}[201~".utf8)
  /// Longer sequences are ignored, and longer pasted texts are truncated.
  private static let longestSequence = 64
  private static let longestPaste = 4096

  package init() {}

  /// The time to wait for the next byte; nil if no sequence is unfinished.
  package var timeLimit: Duration? {
    switch state {
    case .ground: nil
    // Long enough for a sequence that a slow connection splits, short enough for the Esc key.
    case .escape, .sequence, .function, .consoleFunction, .character: .milliseconds(100)
    case .paste: .seconds(2)
    }
  }

  package mutating func decode(_ bytes: some Sequence<UInt8>) -> [Key] {
    var keys: [Key] = []
    for byte in bytes { decode(byte, &keys) }
    return keys
  }

  /// Ends an unfinished sequence: a lone Esc is the key, and a paste without its end keeps its text.
  package mutating func expire() -> [Key] {
    defer { reset() }
    return switch state {
    case .escape: [.escape]
    case .paste: [.paste(KeyDecoder.text(buffer))]
    case .ground, .sequence, .function, .consoleFunction, .character: []
    }
  }

  private mutating func reset() {
    state = .ground
    buffer = []
    matched = 0
  }

  private mutating func decode(_ byte: UInt8, _ keys: inout [Key]) {
    switch state {
    case .ground: begin(byte, &keys)
    case .escape:
      reset()
      switch byte {
      case UInt8(ascii: "["): state = .sequence
      case UInt8(ascii: "O"): state = .function
      default:
        // Esc and a fast next key. Alt and a key are the same bytes and have no meaning here.
        keys.append(.escape)
        begin(byte, &keys)
      }
    case .sequence:
      switch byte {
      case 0x20...0x3F: if buffer.count < KeyDecoder.longestSequence { buffer.append(byte) }
      case UInt8(ascii: "[") where buffer.isEmpty: state = .consoleFunction
      case 0x40...0x7E: finish(byte, &keys)
      default: restart(byte, &keys)
      }
    case .function:
      switch byte {
      case UInt8(ascii: "M"): keys.append(.enter)
      case 0x20...0x7E: if let key = KeyDecoder.cursorKey(byte) { keys.append(key) }
      default: return restart(byte, &keys)
      }
      reset()
    case .consoleFunction:
      if (0x20...0x7E).contains(byte) { reset() } else { restart(byte, &keys) }
    case .character(let length):
      guard (0x80...0xBF).contains(byte) else { return restart(byte, &keys) }
      buffer.append(byte)
      guard buffer.count == length else { return }
      let scalars = String(decoding: buffer, as: UTF8.self).unicodeScalars
      if scalars.count == 1, let scalar = scalars.first, scalar != "\u{FFFD}", !scalar.isInvisible {
        keys.append(.character(scalar))
      }
      reset()
    case .paste: paste(byte, &keys)
    }
  }

  /// Drops an unfinished sequence that this byte cannot continue.
  private mutating func restart(_ byte: UInt8, _ keys: inout [Key]) {
    reset()
    begin(byte, &keys)
  }

  private mutating func begin(_ byte: UInt8, _ keys: inout [Key]) {
    switch byte {
    case KeyDecoder.escape: state = .escape
    case 0x0A, 0x0D: keys.append(.enter)
    case 0x09: keys.append(.tab)
    case 0x08, 0x7F: keys.append(.backspace)
    case 0x01...0x1A: keys.append(.control(Unicode.Scalar(byte + 0x60)))
    case 0x20..<0x7F: keys.append(.character(Unicode.Scalar(byte)))
    case 0xC2...0xDF: begin(byte, length: 2)
    case 0xE0...0xEF: begin(byte, length: 3)
    case 0xF0...0xF4: begin(byte, length: 4)
    default: break
    }
  }

  private mutating func begin(_ byte: UInt8, length: Int) {
    state = .character(length: length)
    buffer = [byte]
  }

  /// The end of a CSI sequence.
  private mutating func finish(_ final: UInt8, _ keys: inout [Key]) {
    let text = buffer
    reset()
    guard text.count < KeyDecoder.longestSequence else { return }
    if text.first == UInt8(ascii: "<") {
      if let key = KeyDecoder.mouse(text.dropFirst(), final) { keys.append(key) }
      return
    }
    guard let numbers = KeyDecoder.numbers(text) else { return }
    switch final {
    case UInt8(ascii: "~") where numbers.first == 200: state = .paste
    case UInt8(ascii: "~"): if let key = KeyDecoder.editingKey(numbers.first ?? 0) { keys.append(key) }
    case UInt8(ascii: "Z"): keys.append(.backTab)
    // The parameters contain Shift, Alt and Ctrl, which have no meaning here.
    default: if let key = KeyDecoder.cursorKey(final) { keys.append(key) }
    }
  }

  private mutating func paste(_ byte: UInt8, _ keys: inout [Key]) {
    if byte == KeyDecoder.pasteEnd[matched] {
      matched += 1
      guard matched == KeyDecoder.pasteEnd.count else { return }
      keys.append(.paste(KeyDecoder.text(buffer)))
      return reset()
    }
    // Only the first byte of the end is Esc, so no other start of the end is among the matched bytes.
    append(KeyDecoder.pasteEnd[..<matched])
    matched = byte == KeyDecoder.escape ? 1 : 0
    if matched == 0 { append([byte]) }
  }

  private mutating func append(_ bytes: some Collection<UInt8>) {
    buffer += bytes.prefix(max(0, KeyDecoder.longestPaste - buffer.count))
  }

  /// The parameters of a sequence; nil if there is anything but numbers.
  private static func numbers(_ text: some Collection<UInt8>) -> [Int]? {
    var numbers: [Int] = []
    for part in text.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
      if part.isEmpty {
        numbers.append(0)
      } else if let number = Int(String(decoding: part, as: UTF8.self)), number >= 0 {
        numbers.append(number)
      } else {
        return nil
      }
    }
    return numbers
  }

  private static func cursorKey(_ final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "H"): .home
    default: nil
    }
  }

  private static func editingKey(_ number: Int) -> Key? {
    switch number {
    case 1, 7: .home
    case 3: .delete
    case 4, 8: .end
    case 5: .pageUp
    case 6: .pageDown
    default: nil
    }
  }

  /// A report of xterm's mode 1006: button, column and row; `M` for a press and `m` for a release.
  private static func mouse(_ text: some Collection<UInt8>, _ final: UInt8) -> Key? {
    guard final == UInt8(ascii: "M"), let numbers = numbers(text), numbers.count == 3 else { return nil }
    // The bits of Shift, Alt and Ctrl.
    switch numbers[0] & ~0b11100 {
    case 0 where numbers[1] > 0 && numbers[2] > 0: return .click(row: numbers[2] - 1, column: numbers[1] - 1)
    case 64: return .wheelUp
    case 65: return .wheelDown
    default: return nil
    }
  }

  private static func text(_ bytes: [UInt8]) -> String {
    var text = String.UnicodeScalarView()
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if ["\n", "\r", "\t"].contains(scalar) {
        if text.last != " " { text.append(" ") }
      } else if !scalar.isInvisible, scalar != "\u{FFFD}" {
        text.append(scalar)
      }
    }
    return String(text)
  }
}
