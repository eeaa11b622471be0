// Credentials in the arguments of commands: `--password hunter2`, `docker login -p hunter2`, `mysql
// -phunter2`.
extension CredentialScanner {
  /// `--password hunter2`, `-u ann:hunter2`
  func isFlag(at start: Int) -> Bool {
    guard start > 0, bytes[start - 1] == UInt8(ascii: "-") else { return false }
    let dashes = start > 1 && bytes[start - 2] == UInt8(ascii: "-") ? 2 : 1
    guard start > dashes else { return true }
    let before = bytes[start - dashes - 1]
    return before <= 0x20 || before.isQuote || before == UInt8(ascii: "[")
  }

  mutating func passFlag(_ name: Range<Int>) -> Int? {
    guard isFlag(at: name.lowerBound) else { return nil }
    if let next = passShortFlag(name) { return next }
    guard let after = byte(at: name.upperBound), after <= 0x20 || after.isQuote || after == UInt8(ascii: "\\")
    else { return nil }
    let start = argument(after: name.upperBound)
    let value = value(at: start)
    guard !value.isEmpty, bytes[value.lowerBound] != UInt8(ascii: "-"), !isReference(value) else {
      return nil
    }
    // Plain words are text, not a value, if they are on the next line or after a quoted string.
    guard bytes[name.upperBound..<start].allSatisfy(\.isBlank) || !isProse(value) else { return nil }
    if isWord(name, "u") || isWord(name, "user") {
      guard let colon = value.first(where: { bytes[$0] == UInt8(ascii: ":") }) else { return nil }
      hide(colon + 1..<value.upperBound)
      return value.upperBound
    }
    switch SecretName(bytes[name]) {
    case .credential, .maybe, .assigned:
      hide(value)
      return value.upperBound
    case .authorization, .cookie, nil: return nil
    }
  }

  /// The start of the next argument: after blanks, in a list of quoted strings, or on the next line of YAML.
  private func argument(after end: Int) -> Int {
    var index = self.end(of: end) { $0.isQuote || $0 == UInt8(ascii: "\\") }
    index = self.end(of: index) { $0 <= 0x20 || $0 == UInt8(ascii: ",") }
    return bytes.starts(with: "- ", at: index) ? passBlanks(at: index + 2) : index
  }

  /// Commands with a password in a flag of one or two letters, joined to it or after it.
  private static let commands: [(name: StaticString, flag: StaticString, isJoined: Bool)] = [
    ("login", "p", false), ("sshpass", "p", false), ("sshpass", "p", true), ("mysql", "p", true),
    ("mysqldump", "p", true), ("mysqladmin", "p", true), ("mariadb", "p", true), ("mariadb-dump", "p", true),
    ("redis-cli", "a", false), ("ldapsearch", "w", false), ("ldapmodify", "w", false),
    ("plink", "pw", false), ("pscp", "pw", false),
  ]

  /// `docker login -p …`, `mysql -p…`
  private mutating func passShortFlag(_ name: Range<Int>) -> Int? {
    guard name.lowerBound < 2 || bytes[name.lowerBound - 2] != UInt8(ascii: "-") else { return nil }
    for command in CredentialScanner.commands where bytes.starts(with: command.flag, at: name.lowerBound) {
      let flagEnd = name.lowerBound + command.flag.utf8CodeUnitCount
      let isJoined = byte(at: flagEnd).map { $0 > 0x20 && (!$0.isQuote || command.isJoined) } ?? false
      guard command.isJoined == isJoined, isAfter(command.name, name.lowerBound) else { continue }
      let value = value(at: isJoined ? flagEnd : argument(after: flagEnd))
      guard !value.isEmpty, bytes[value.lowerBound] != UInt8(ascii: "-"), !isReference(value) else {
        continue
      }
      hide(value)
      return value.upperBound
    }
    return nil
  }

  /// True if the command precedes the index in the same line.
  private func isAfter(_ command: StaticString, _ index: Int) -> Bool {
    func isPart(_ byte: UInt8?) -> Bool { byte.map { $0.isNameByte || $0 == UInt8(ascii: "-") } ?? false }
    var place = index - command.utf8CodeUnitCount
    while place >= 0, index - place < 256, bytes[place] != 0x0A {
      if bytes.starts(with: command, at: place), !isPart(byte(at: place + command.utf8CodeUnitCount)),
        !isPart(byte(at: place - 1))
      {
        return true
      }
      place -= 1
    }
    return false
  }
}
