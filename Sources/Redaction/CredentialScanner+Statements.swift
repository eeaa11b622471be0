// Passwords in statements of SQL and Redis, and in arguments of commands that have no flag before them.
extension CredentialScanner {
  mutating func passStatement(_ word: Range<Int>) -> Int? {
    // The log of Redis has each argument in quotes.
    let after = end(of: word.upperBound, max: 2) { $0.isQuote || $0 == UInt8(ascii: "\\") }
    guard byte(at: after) == 0x20 else { return nil }
    switch bytes[word.lowerBound] | 0x20 {
    case UInt8(ascii: "i"):
      if isWord(word, "into") { return passInsert(after: word.upperBound) }
      return isWord(word, "identified") ? passIdentified(after: word.upperBound) : nil
    case UInt8(ascii: "p"):
      return isWord(word, "password") && endsWithWord(wordBefore(word.lowerBound), "set")
        ? passSetPassword(after: word.upperBound) : nil
    case UInt8(ascii: "s"):
      if isWord(word, "setuser") { return passRules(after: after) }
      return isWord(word, "set") ? passPulumiSecret(word) : nil
    case UInt8(ascii: "u"):
      // A line of a file with rules.
      guard isWord(word, "user") else { return nil }
      let state = wordAfter(wordAfter(word.upperBound).upperBound)
      return ["on", "off", "reset", "sanitize-payload"].contains { isWord(state, $0) }
        ? passRules(after: word.upperBound) : nil
    case UInt8(ascii: "a"), UInt8(ascii: "c"), UInt8(ascii: "h"), UInt8(ascii: "l"), UInt8(ascii: "m"),
      UInt8(ascii: "r"):
      return passLoginOfPage(word) ?? passUserOfSNMP(word) ?? passArguments(of: word)
    default: return nil
    }
  }

  /// `IDENTIFIED WITH plugin BY '…'`, `… AS '…'`, `IDENTIFIED VIA plugin USING '…'`
  private mutating func passIdentified(after start: Int) -> Int? {
    let line = start..<end(of: start, max: 160) { $0 >= 0x20 && $0 != UInt8(ascii: ";") }
    guard isWord(wordAfter(start), "with") || isWord(wordAfter(start), "via") else { return nil }
    var word = wordAfter(start)
    while !word.isEmpty, word.upperBound < line.upperBound {
      if ["by", "as", "using"].contains(where: { isWord(word, $0) }) {
        return passString(after: word.upperBound)
      }
      word = wordAfter(word.upperBound)
    }
    return nil
  }

  /// `INSERT INTO users (name, password) VALUES ('ann', '…'), …`: the values of the columns with a credential.
  private mutating func passInsert(after start: Int) -> Int? {
    let open = end(of: start, max: 160) { $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: ";") && $0 >= 0x20 }
    guard byte(at: open) == UInt8(ascii: "(") else { return nil }
    let close = end(of: open + 1, max: 1024) { $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: "(") }
    guard byte(at: close) == UInt8(ascii: ")") else { return nil }
    let columns = bytes[open + 1..<close].split(
      separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    let secrets = Set(
      columns.indices.filter { index in
        let name = columns[index].drop { !$0.isNameByte }.prefix(while: \.isNameByte)
        return SecretName(name) != nil
      })
    var next = end(of: close + 1, max: 16) { $0 <= 0x20 }
    guard !secrets.isEmpty, bytes.spells("values", at: next) else { return nil }
    next = end(of: next + 6, max: 16) { $0 <= 0x20 }
    var last: Int?
    while byte(at: next) == UInt8(ascii: "(") {
      next = passRow(from: next + 1, secrets)
      last = next
      next = end(of: next, max: 16) { $0 <= 0x20 || $0 == UInt8(ascii: ")") || $0 == UInt8(ascii: ",") }
    }
    return last
  }

  /// - Returns: the end of the last value.
  private mutating func passRow(from start: Int, _ secrets: Set<Int>) -> Int {
    var next = start
    var column = 0
    while true {
      next = end(of: next) { $0 <= 0x20 }
      let value =
        if let mark = quoteMark(at: next) {
          quoted(mark)
        } else {
          next..<end(of: next) { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ")") && $0 >= 0x20 }
        }
      if secrets.contains(column), !isReference(value) { hide(value) }
      // After the closing quote and a cast: `'x'::text`
      next = end(of: value.upperBound) { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ")") && $0 >= 0x20 }
      guard byte(at: next) == UInt8(ascii: ",") else { return next }
      next += 1
      column += 1
    }
  }

  /// `SET PASSWORD FOR ann = '…'`, `SET PASSWORD = PASSWORD('…')`, `SET PASSWORD TO '…'`
  private mutating func passSetPassword(after start: Int) -> Int? {
    let end = end(of: start, max: 160) { $0 >= 0x20 && $0 != UInt8(ascii: ";") }
    var word = wordAfter(start)
    while !word.isEmpty, word.upperBound < end {
      if isWord(word, "=") || isWord(word, "to") { return passString(after: word.upperBound) }
      word = wordAfter(word.upperBound)
    }
    return nil
  }

  /// A string, also as the argument of a function.
  private mutating func passString(after start: Int) -> Int? {
    var next = passBlanks(at: start)
    if isWord(wordAfter(start), "password") { next = passBlanks(at: next + 8) }
    let function = end(of: next, max: 24, while: \.isNameByte)
    if function > next, byte(at: function) == UInt8(ascii: "(") { next = function + 1 }
    guard let mark = quoteMark(at: next) else { return nil }
    let value = quoted(mark)
    hide(value)
    return value.upperBound
  }

  /// `ACL SETUSER ann on >…`: rules that begin with `>`, `<`, `#` or `!` have a password or its hash.
  private mutating func passRules(after start: Int) -> Int? {
    var rule = wordAfter(wordAfter(start).upperBound)
    var next: Int?
    for _ in 0..<32 where !rule.isEmpty {
      let quotes = end(of: rule.lowerBound, max: 2) { $0.isQuote || $0 == UInt8(ascii: "\\") }
      if let first = byte(at: quotes), [0x21, 0x23, 0x3C, 0x3E].contains(first), quotes < rule.upperBound {
        let value = value(at: quotes + 1)
        // `#general` is the name of a channel.
        guard first != UInt8(ascii: "#") || bytes[value].allSatisfy(\.isHexadecimal) else { break }
        let secret =
          quotes + 1..<(quotes > rule.lowerBound ? value.upperBound : max(rule.upperBound, value.upperBound))
        hide(secret)
        next = secret.upperBound
      }
      rule = wordAfter(rule.upperBound)
    }
    return next
  }

  /// `pulumi config set --secret name …`
  private mutating func passPulumiSecret(_ word: Range<Int>) -> Int? {
    let before = wordBefore(word.lowerBound)
    guard isWord(before, "config"), endsWithWord(wordBefore(before.lowerBound), "pulumi") else { return nil }
    var words: [Range<Int>] = []
    var isSecret = false
    var next = wordAfter(word.upperBound)
    for _ in 0..<8 where !next.isEmpty && words.count < 2 {
      if bytes[next.lowerBound] == UInt8(ascii: "-") {
        isSecret = isSecret || isWord(next, "--secret")
      } else {
        words.append(next)
      }
      next = wordAfter(next.upperBound)
    }
    guard isSecret || isWord(next, "--secret"), words.count == 2, !isDiagnosis(words[0]),
      !isReference(at: words[1].lowerBound)
    else {
      return nil
    }
    let value = value(at: words[1].lowerBound)
    hide(value)
    return value.upperBound
  }

  /// The commands, and how many arguments are before the password.
  private static let commands: [(command: StaticString, word: StaticString, before: Int)] = [
    ("rabbitmqctl", "add_user", 1), ("rabbitmqctl", "change_password", 1),
    ("rabbitmqctl", "authenticate_user", 1),
    ("vault", "login", 0), ("", "htpasswd", 2), ("snmp-server", "community", 0), ("", "rocommunity", 0),
    ("", "rocommunity6", 0), ("", "rwcommunity", 0), ("", "rwcommunity6", 0), ("", "com2sec", 2),
    ("", "com2sec6", 2),
  ]

  /// `rabbitmqctl add_user ann …`, `mc alias set a https://h KEY SECRET`
  private mutating func passArguments(of word: Range<Int>) -> Int? {
    for (command, name, count) in CredentialScanner.commands where isWord(word, name) {
      guard command.utf8CodeUnitCount == 0 || endsWithWord(wordBefore(word.lowerBound), command) else {
        continue
      }
      return passArgument(after: word, skipping: count)
    }
    guard isWord(word, "mc"), isWord(wordAfter(word.upperBound), "alias") else { return nil }
    let set = wordAfter(wordAfter(word.upperBound).upperBound)
    let address = wordAfter(wordAfter(set.upperBound).upperBound)
    let secret = wordAfter(wordAfter(address.upperBound).upperBound)
    guard isWord(set, "set"), !secret.isEmpty else { return nil }
    hide(wordAfter(address.upperBound).lowerBound..<secret.upperBound)
    return secret.upperBound
  }

  private mutating func passArgument(after word: Range<Int>, skipping count: Int) -> Int? {
    var left = count
    var argument = wordAfter(word.upperBound)
    // Of `htpasswd`, only `-b` has a password among its arguments.
    var isBatch = !isWord(word, "htpasswd")
    for _ in 0..<8 where !argument.isEmpty {
      if bytes[argument.lowerBound] == UInt8(ascii: "-") {
        isBatch = isBatch || bytes[argument].contains(UInt8(ascii: "b"))
      } else if left == 0 {
        let value = value(at: argument.lowerBound)
        guard isBatch, !isDiagnosis(value), !isReference(value), !isErrorText(value) else { return nil }
        hide(value)
        return value.upperBound
      } else {
        left -= 1
      }
      argument = wordAfter(argument.upperBound)
    }
    return nil
  }

  /// The next word of at most 256 bytes in the line; empty if there is none.
  func wordAfter(_ index: Int) -> Range<Int> {
    let start = passBlanks(at: index, max: 64)
    return start..<end(of: start, max: 256) { $0 > 0x20 }
  }
}
