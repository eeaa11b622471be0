// Values with a syntax of their own: here documents, sections, lists of fields, and lines of files.
extension CredentialScanner {
  /// - Returns: the index to continue at; nil if the value is a plain one.
  mutating func passStructure(of name: Range<Int>, _ kind: SecretName, _ separator: Separator) -> Int? {
    let start = separator.end
    if let text = document(at: start) {
      hide(text)
      return text.upperBound
    }
    if isNextField(start, after: name, separator) { return start }
    if separator.assigns { return nil }
    if let next = passBlock(at: start) { return next }
    switch kind {
    case .maybe: return endOfSection(at: start) ?? passFields(at: start)
    case .assigned: return passDigest(at: start) ?? passFields(at: start)
    case .credential: return passLineOfHost(of: name, at: start)
    case .authorization, .cookie: return nil
    }
  }

  // MARK: Here documents

  /// The lines of a here document: `<<EOT`, `<<-'EOT'`, and `<<<EOT` of PHP.
  private func document(at start: Int) -> Range<Int>? {
    guard bytes.starts(with: "<<", at: start) else { return nil }
    let isNowdoc = byte(at: start + 2) == UInt8(ascii: "<")
    let mark = end(of: start + (isNowdoc ? 3 : 2), max: 1) {
      $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "~")
    }
    let quote = end(of: mark, max: 2) { $0.isQuote || $0 == UInt8(ascii: "\\") }
    let word = quote..<end(of: quote, max: 32, while: \.isNameByte)
    // `<<"…">>` of Erlang
    guard let first = bytes[word].first, !first.isDigit, !bytes.starts(with: ">>", at: word.upperBound + 1)
    else { return nil }
    // More of the command may follow in the line.
    let line = end(of: word.upperBound, max: 128) {
      $0 >= 0x20 && ($0 != UInt8(ascii: "\\") || quote > mark)
    }
    guard let text = passLineFeeds(at: line) else { return nil }
    // A shell has a word after `<<<`, and no end.
    let end = endOfDocument(from: text, word, max: isNowdoc ? 1024 : bytes.count)
    guard end != nil || !isNowdoc else { return nil }
    return text..<(end ?? bytes.count)
  }

  /// The end of the last line before the one that begins with the word.
  private func endOfDocument(from start: Int, _ word: Range<Int>, max limit: Int) -> Int? {
    var line = start
    var end = start
    while line - start < limit {
      let mark = line + word.count
      if mark <= bytes.count, bytes[line..<mark].elementsEqual(bytes[word]),
        byte(at: mark)?.isNameByte != true
      {
        return end
      }
      end = line
      while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D, !bytes.starts(with: #"\n"#, at: end) {
        end += 1
      }
      guard let next = passLineFeeds(at: end), next > line else { return nil }
      line = next
    }
    return nil
  }

  /// `chpasswd <<EOF`: the lines are the input of a command.
  ///
  /// - Returns: false if there is no here document.
  mutating func hideDocument(at index: Int) -> Bool {
    // Another command in the line may have hidden them.
    guard hidden.last.map({ $0.range.upperBound <= index }) ?? true, let text = document(at: index) else {
      return false
    }
    hide(text)
    return true
  }

  // MARK: Fields

  /// `Password: Auth: ServerAddress:`: Go prints nothing for an empty field of a struct.
  private func isNextField(_ start: Int, after name: Range<Int>, _ separator: Separator) -> Bool {
    guard !separator.assigns, !separator.isQuoted, bytes[name.lowerBound].isUpper,
      byte(at: start)?.isUpper == true
    else { return false }
    let end = end(of: start, max: 48) { $0.isUpper || $0.isLower }
    guard byte(at: end) == UInt8(ascii: ":") else { return false }
    let before = bytes[max(0, name.lowerBound - 512)..<name.lowerBound]
    return before.last { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") } == UInt8(ascii: "{")
  }

  /// `name=tailscale,joinKey=…`: the names in a list are read first. If none of them is one of a credential, the whole
  /// list is.
  mutating func passFields(at start: Int) -> Int? {
    var end = start
    for count in 0..<32 {
      let name = end..<self.end(of: end, max: 64) { $0.isNameByte || [0x2D, 0x2E].contains($0) }
      guard !name.isEmpty, byte(at: name.upperBound) == UInt8(ascii: "=") else { return nil }
      if SecretName(bytes[name]) != nil { return count > 0 || isListed(name.upperBound) ? start : nil }
      let value = value(at: name.upperBound + 1)
      end = self.end(of: value.upperBound, max: 1, while: \.isQuote)
      guard byte(at: end) == UInt8(ascii: ","), byte(at: end + 1)?.isNameByte == true else {
        guard count > 0 else { return nil }
        hide(start..<end)
        return end
      }
      end += 1
    }
    return nil
  }

  /// True if another field follows the value.
  private mutating func isListed(_ mark: Int) -> Bool {
    byte(at: value(at: mark + 1).upperBound) == UInt8(ascii: ",")
  }

  /// `X-Hub-Signature-256: sha256=…`: the name of the algorithm stays.
  private mutating func passDigest(at start: Int) -> Int? {
    let algorithm = start..<end(of: start, max: 12) { $0.isLower || $0.isDigit || $0 == UInt8(ascii: "-") }
    guard bytes.spells("sha", at: start) || bytes.spells("md5", at: start),
      byte(at: algorithm.upperBound) == UInt8(ascii: "=")
    else { return nil }
    let value = value(at: algorithm.upperBound + 1)
    guard !value.isEmpty else { return nil }
    hide(value)
    return value.upperBound
  }

  /// `LoadCredential=token:/etc/token` in a unit of systemd: the name of a credential, and of its file.
  func endOfImport(_ name: Range<Int>, _ separator: Separator) -> Int? {
    guard separator.assigns, isWord(name, "loadcredential") || isWord(name, "loadcredentialencrypted") else {
      return nil
    }
    let end = end(of: separator.end, max: 128) { $0.isNameByte || [0x2D, 0x2E].contains($0) }
    return byte(at: end) == UInt8(ascii: ":") ? end : nil
  }

  // MARK: Lines

  /// `[client.admin]` before a field: the head of a section of a file.
  private func endOfSection(at start: Int) -> Int? {
    guard byte(at: start) == UInt8(ascii: "[") else { return nil }
    let title =
      start + 1..<end(of: start + 1, max: 64) { $0.isNameByte || [0x20, 0x2D, 0x2E, 0x2F].contains($0) }
    guard !title.isEmpty, byte(at: title.upperBound) == UInt8(ascii: "]"), !looksRandom(title) else {
      return nil
    }
    let end = title.upperBound + 1
    var next = passLineFeeds(at: end) ?? passBlanks(at: end, max: 64)
    if bytes.starts(with: #"\t"#, at: next) { next += 2 }
    let name = next..<self.end(of: next, max: 64) { $0.isNameByte || [0x20, 0x2D].contains($0) }
    return next > end && !name.isEmpty && byte(at: name.upperBound) == UInt8(ascii: "=") ? end : nil
  }

  /// `chpasswd: list: |`: the value is a block below a second name.
  private mutating func passBlock(at start: Int) -> Int? {
    let name = start..<end(of: start, max: 32) { $0.isNameByte || $0 == UInt8(ascii: "-") }
    guard !name.isEmpty, byte(at: name.upperBound) == UInt8(ascii: ":") else { return nil }
    let mark = passBlanks(at: name.upperBound + 1, max: 8)
    guard mark > name.upperBound + 1,
      byte(at: mark) == UInt8(ascii: "|") || byte(at: mark) == UInt8(ascii: ">"),
      let block = blockScalar(at: mark)
    else { return nil }
    hide(block)
    return block.upperBound
  }

  /// `[smtp.example]:587 ann:…`: a line of a file that has the password of each host.
  private mutating func passLineOfHost(of name: Range<Int>, at start: Int) -> Int? {
    let host =
      start..<end(of: start, max: 128) { $0.isAlphanumeric || [0x2D, 0x2E, 0x3A, 0x5B, 0x5D].contains($0) }
    let isBracketed = byte(at: start) == UInt8(ascii: "[") && bytes[host].contains(UInt8(ascii: "]"))
    let port = bytes[host].last.map(\.isDigit) == true && bytes[host].contains(UInt8(ascii: ":"))
    let hasDot = bytes[host].contains(UInt8(ascii: "."))
    guard isBracketed || (hasDot && (port || isWord(name, "sasl_passwd"))) else { return nil }
    let user = passBlanks(at: host.upperBound, max: 64)
    let colon = end(of: user, max: 64) { $0.isNameByte || [0x2B, 0x2D, 0x2E, 0x40].contains($0) }
    let secret = colon + 1..<max(colon + 1, end(of: colon + 1, max: 512) { $0 > 0x20 && !$0.isQuote })
    guard user > host.upperBound, colon > user, byte(at: colon) == UInt8(ascii: ":"), !secret.isEmpty,
      !isReference(secret)
    else { return nil }
    hide(secret)
    return secret.upperBound
  }

  /// `host:5432:database:user:…`: a line of .pgpass.
  ///
  /// - Parameter colon: the colon after the host.
  mutating func passPasswordFile(at colon: Int, after host: Int? = nil) -> Int? {
    guard byte(at: colon) == UInt8(ascii: ":"), host == nil || byte(at: (host ?? 0) - 1) != UInt8(ascii: ":")
    else { return nil }
    let port = colon + 1..<end(of: colon + 1, max: 6) { $0.isDigit || $0 == UInt8(ascii: "*") }
    guard bytes.starts(with: "*:", at: port.lowerBound) || (4...5).contains(port.count),
      byte(at: port.upperBound) == UInt8(ascii: ":")
    else { return nil }
    func field(_ start: Int) -> Range<Int>? {
      let field = start..<end(of: start, max: 64) { $0.isNameByte || [0x2A, 0x2D, 0x2E].contains($0) }
      guard let first = byte(at: start), !first.isDigit, !field.isEmpty else { return nil }
      return byte(at: field.upperBound) == UInt8(ascii: ":") ? field : nil
    }
    guard let database = field(port.upperBound + 1), let user = field(database.upperBound + 1),
      // An address of IPv6 has such fields, too.
      !bytes[database].allSatisfy(\.isHexadecimal) || !bytes[user].allSatisfy(\.isHexadecimal)
    else { return nil }
    let secret = user.upperBound + 1..<end(of: user.upperBound + 1, max: 512) { $0 > 0x20 && !$0.isQuote }
    guard !secret.isEmpty, !isReference(secret) else { return nil }
    hide(secret)
    return secret.upperBound
  }
}
