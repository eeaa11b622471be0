// Credentials in lines of a shell: on the standard input of a command, and in values of several quoted pieces.
extension CredentialScanner {
  /// Flags and commands that read a credential from their standard input.
  private static let readers: [StaticString] = [
    "password-stdin", "passphrase-stdin", "pass-stdin", "token-stdin", "with-token", "chpasswd",
  ]
  private static let printers: [StaticString] = ["echo", "printf"]

  /// How far the input of a command may be from it.
  private static let maxInputLength = 256

  /// `echo hunter2 | docker login --password-stdin`, `gh auth login --with-token <<< hunter2`
  mutating func hideInput(of word: Range<Int>) {
    guard readsCredential(word) else { return }
    hidePrinted(before: word.lowerBound)
    var index = word.upperBound
    while let byte = byte(at: index), byte >= 0x20,
      index - word.upperBound < CredentialScanner.maxInputLength,
      byte != UInt8(ascii: "|"), byte != UInt8(ascii: ";")
    {
      if bytes.starts(with: "<<<", at: index) {
        let value = value(at: passBlanks(at: index + 3, max: 8))
        if value.count <= 1024, !isReference(value) { hide(value) }
        return
      }
      if byte == UInt8(ascii: "<"), hideDocument(at: index) { return }
      index += 1
    }
  }

  private func readsCredential(_ word: Range<Int>) -> Bool {
    switch bytes[word.lowerBound] | 0x20 {
    case UInt8(ascii: "p"), UInt8(ascii: "t"), UInt8(ascii: "w"), UInt8(ascii: "c"):
      return CredentialScanner.readers.contains { isWord(word, $0) }
    case UInt8(ascii: "s"):
      return isWord(word, "sudo") && bytes.starts(with: " -S", at: word.upperBound)
    case UInt8(ascii: "v"):
      return isWord(word, "vault") && bytes.starts(with: " login -", at: word.upperBound)
        && byte(at: word.upperBound + 8).map { $0 <= 0x20 } ?? true
    default: return false
    }
  }

  /// The text that `echo` or `printf` writes to the pipe before the command.
  private mutating func hidePrinted(before command: Int) {
    let least = max(0, command - CredentialScanner.maxInputLength)
    /// The start of a command of a pipeline. `;` and `&` end the pipeline.
    func start(of end: Int) -> Int {
      var start = end
      while start > least, bytes[start - 1] >= 0x20, ![0x7C, 0x3B, 0x26].contains(bytes[start - 1]) {
        start -= 1
      }
      return start
    }
    var next = start(of: command)
    while next > least, bytes[next - 1] == UInt8(ascii: "|") {
      let pipe = next - 1
      next = start(of: pipe)
      if hidePrinted(by: next..<pipe) { return }
    }
  }

  /// - Returns: false if the command prints nothing that is known.
  private mutating func hidePrinted(by command: Range<Int>) -> Bool {
    for index in command {
      if bytes.starts(with: "<<<", at: index) {
        hideArguments(index + 3..<command.upperBound)
        return true
      }
      if hideDocument(at: index) { return true }
      guard let printer = CredentialScanner.printers.first(where: { bytes.spells($0, at: index) }),
        index == command.lowerBound || !bytes[index - 1].isNameByte,
        byte(at: index + printer.utf8CodeUnitCount)?.isBlank == true
      else { continue }
      hideArguments(index + printer.utf8CodeUnitCount..<command.upperBound)
      return true
    }
    return false
  }

  /// Hides the arguments without flags, formats and quotes.
  ///
  /// - Returns: false if they are a reference, such as `$TOKEN`, and stay.
  @discardableResult
  private mutating func hideArguments(_ arguments: Range<Int>) -> Bool {
    var range = arguments
    func skipBlanks() { range = min(passBlanks(at: range.lowerBound), range.upperBound)..<range.upperBound }
    skipBlanks()
    for _ in 0..<4 {
      let quote = end(of: range.lowerBound, max: 1, while: \.isQuote)
      let mark = byte(at: quote)
      guard mark == UInt8(ascii: "-") || mark == UInt8(ascii: "%") else { break }
      let end = end(of: quote, max: 32) { $0 > 0x20 }
      guard end < range.upperBound else { break }
      range = end..<range.upperBound
      skipBlanks()
    }
    while !range.isEmpty, bytes[range.upperBound - 1].isBlank {
      range = range.lowerBound..<range.upperBound - 1
    }
    if range.count > 1, let quote = bytes[range].first, quote.isQuote, bytes[range].last == quote {
      range = range.lowerBound + 1..<range.upperBound - 1
    }
    guard !range.isEmpty, !isReference(range), !isReference(at: range.lowerBound) else { return false }
    hide(range)
    return true
  }

  /// The value that a command substitution prints: `$(echo hunter2)`.
  mutating func passSubstitution(at start: Int) -> Int? {
    for opening in ["$(echo ", "$(printf "] as [StaticString] where bytes.starts(with: opening, at: start) {
      let first = start + opening.utf8CodeUnitCount
      let end = end(of: first, max: 512) { $0 >= 0x20 && $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: "|") }
      guard byte(at: end) != nil else { return nil }
      return hideArguments(first..<end) ? end : nil
    }
    return nil
  }

  /// A shell joins pieces: `'hun'"ter2"`, `"hun"ter2`. Hides each after the first.
  ///
  /// - Parameter first: the text in the quotes of the first piece.
  /// - Returns: the end of the last piece.
  mutating func passPieces(after first: Range<Int>) -> Int {
    guard let quote = byte(at: first.lowerBound - 1), quote.isQuote, byte(at: first.upperBound) == quote
    else {
      return first.upperBound
    }
    var end = first.upperBound + 1
    var last = first.upperBound
    while let byte = byte(at: end), byte.isQuote || byte.isNameByte {
      if byte.isQuote {
        let piece = end + 1..<self.end(of: end + 1, max: 512) { $0 != byte && $0 >= 0x20 }
        guard self.byte(at: piece.upperBound) == byte, !piece.isEmpty else { break }
        if !isReference(piece) { hide(piece) }
        last = piece.upperBound
        end = last + 1
      } else {
        let piece = end..<self.end(of: end, max: 512) { $0.isNameByte }
        // `name="a"other="b"`
        guard self.byte(at: piece.upperBound) != UInt8(ascii: "=") else { break }
        hide(piece)
        (last, end) = (piece.upperBound, piece.upperBound)
      }
    }
    return last
  }
}
