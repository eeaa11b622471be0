/// Finds the credentials in a text in one pass.
///
/// The time is linear in the length of the text: each search that may reach far ahead either hides what it
/// passes, is bounded, or keeps its result for later positions in the same run (`RunCache`).
struct CredentialScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  /// True if the text continues after the bytes.
  let isCut: Bool
  /// How many encodings the text was in.
  let depth: Int
  private(set) var hidden: [HiddenPlace] = []
  var runs = RunCache()
  /// The last command in the line that has a password in a short flag, or none in `-p`.
  var command: CommandFlags?
  /// Where the last value of a field `value` begins.
  var valueStart: Int?
  /// True if the text contains an AWS key id. The matching secret can be recognized only by its length.
  private let namesAWSKey: Bool
  /// True if the text may contain flags of commands.
  private let containsFlags: Bool
  /// True if the text contains a JSON Web Key.
  let namesJWK: Bool
  /// True if the text contains a Kubernetes Secret with its data.
  let containsSecretObject: Bool

  init(_ bytes: UnsafeBufferPointer<UInt8>, isCut: Bool, depth: Int = 0) {
    self.bytes = bytes
    self.isCut = isCut
    self.depth = depth
    var (namesAWSKey, namesJWK, containsSecretObject, containsFlags) = (false, false, false, false)
    for index in bytes.indices {
      switch bytes[index] {
      case UInt8(ascii: "A"):
        namesAWSKey =
          namesAWSKey || bytes.starts(with: "AKIA", at: index) || bytes.starts(with: "ASIA", at: index)
      case UInt8(ascii: "k"):
        namesJWK =
          namesJWK
          || (bytes.starts(with: "kty", at: index)
            && [0x22, 0x5C].contains(bytes.dropFirst(index + 3).first ?? 0))
      case UInt8(ascii: "S"):
        containsSecretObject = containsSecretObject || bytes.isKindSecret(at: index)
      case UInt8(ascii: "-"):
        containsFlags = containsFlags || index == 0 || !bytes[index - 1].isNameByte
      default: break
      }
    }
    self.containsFlags = containsFlags
    self.namesAWSKey = namesAWSKey
    self.namesJWK = namesJWK
    self.containsSecretObject = containsSecretObject
  }

  mutating func scan() -> [HiddenPlace] {
    var index = 0
    while index < bytes.count { index = pass(at: index) }
    return hidden
  }

  /// - Returns: the index to continue at.
  private mutating func pass(at index: Int) -> Int {
    let byte = bytes[index]
    if byte.isNameByte { return passWord(at: index) }
    switch byte {
    case UInt8(ascii: "\\"), UInt8(ascii: "%"), UInt8(ascii: "&"):
      if let next = passEncodedName(at: index) { return next }
      // The letters of an escape do not belong to the next word.
      return max(index + 1, escapeEnd(at: index))
    case UInt8(ascii: "-")
    where bytes.starts(with: "-----", at: index) || bytes.starts(with: "---- ", at: index)
      || bytes.starts(with: "----BEGIN", at: index):
      return passKeyBlock(at: index)
    case 0x80...: return passForeignName(at: index) ?? index + 1
    case UInt8(ascii: "/"): return passHook(at: index)
    case UInt8(ascii: "$"): return passPasswordHash(at: index)
    case UInt8(ascii: "{"): return passStoragePrefix(at: index)
    case UInt8(ascii: "*"): return passPasswordFile(at: index + 1) ?? passMySQLHash(at: index)
    case 0x0A, UInt8(ascii: ";"), UInt8(ascii: "|"):
      command = nil
      return index + 1
    default: return index + 1
    }
  }

  mutating func hide(_ range: Range<Int>, replacement: StaticString = "…") {
    guard !range.isEmpty, !isHiddenAlready(range) else { return }
    // A complaint may have hidden what follows already.
    var index = hidden.count
    var range = range
    while index > 0, hidden[index - 1].range.upperBound > range.lowerBound {
      index -= 1
      let other = hidden[index].range
      guard other.lowerBound < range.upperBound else { continue }
      range = min(range.lowerBound, other.lowerBound)..<max(range.upperBound, other.upperBound)
      hidden.remove(at: index)
    }
    hidden.insert(HiddenPlace(range: range, replacement: replacement), at: index)
  }

  /// True if the range is already `…` or `***`.
  func isHiddenAlready(_ range: Range<Int>) -> Bool {
    if bytes[range].allSatisfy({ $0 == UInt8(ascii: "*") }) { return true }
    // `…` may appear twice if the text was shortened after it.
    return range.count % 3 == 0
      && stride(from: range.lowerBound, to: range.upperBound, by: 3).allSatisfy {
        bytes.starts(with: "…", at: $0)
      }
  }

  func end(of start: Int, max limit: Int = .max, while belongs: (UInt8) -> Bool) -> Int {
    var end = start
    while end < bytes.count, end - start < limit, belongs(bytes[end]) { end += 1 }
    return end
  }

  func byte(at index: Int) -> UInt8? { bytes.indices.contains(index) ? bytes[index] : nil }

  func passBlanks(at index: Int, max limit: Int = .max) -> Int { end(of: index, max: limit) { $0.isBlank } }

  /// The end of `\n`, `\u0022` or `%22`; the start if there is no escape.
  func escapeEnd(at start: Int) -> Int {
    func hexadecimal(_ first: Int, _ count: Int) -> Int {
      (first..<first + count).allSatisfy { byte(at: $0)?.isHexadecimal == true } ? first + count : start
    }
    if byte(at: start) == UInt8(ascii: "%") {
      // `%2522` was encoded twice.
      let first = bytes.starts(with: "%25", at: start) ? hexadecimal(start + 3, 2) : start
      return first > start ? first : hexadecimal(start + 1, 2)
    }
    guard byte(at: start) == UInt8(ascii: "\\"), let letter = byte(at: start + 1) else { return start }
    switch letter {
    case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): return start + 2
    case UInt8(ascii: "u"): return hexadecimal(start + 2, 4)
    case UInt8(ascii: "x"): return hexadecimal(start + 2, 2)
    default: return start
    }
  }

  // MARK: Words

  /// - Returns: the index to continue at.
  private mutating func passWord(at start: Int) -> Int {
    if let end = keyEnd(at: start) ?? TokenShape.end(in: bytes, at: start) ?? awsSecretEnd(at: start)
      ?? encodedEnd(at: start)
    {
      hide(start..<end)
      return end
    }
    if bytes.starts(with: "Private-Lines: ", at: start) {
      // A PuTTY key, which ends with its MAC.
      hide(start + 15..<bytes.count, replacement: "(private key withheld)")
      return bytes.count
    }
    if let next = passSubprotocol(at: start) ?? passForeignName(at: start) ?? passEncodedName(at: start) {
      return next
    }
    let end = end(of: start) { $0.isNameByte }
    if let next = passAddress(at: start, end) { return next }
    // A name may have hyphens, and each of its words may begin a credential.
    if start == 0 || bytes[start - 1] != UInt8(ascii: "-") || isFlag(at: start) {
      var name = start..<self.end(of: start) { $0.isNameByte || $0 == UInt8(ascii: "-") }
      // `TOKEN->value`
      if byte(at: name.upperBound) == UInt8(ascii: ">"), bytes[name].last == UInt8(ascii: "-") {
        name = start..<name.upperBound - 1
      }
      if containsFlags { command = CommandFlags(bytes[name]) ?? command }
      hideInput(of: name)
      noteValue(name)
      hideValue(beforeName: name)
      if let next = passZoneKey(name) ?? passNamed(name) ?? passElement(name) ?? passValueOfName(name)
        ?? passColumn(name)
      {
        return next
      }
    }
    if let next = passPhrase(start..<end) ?? passSpoken(start..<end) ?? passScheme(start..<end) {
      return next
    }
    return tokenAfterUnderscore(start..<end)
  }

  /// `prefix_ghp_…`
  private mutating func tokenAfterUnderscore(_ word: Range<Int>) -> Int {
    for index in word.dropFirst() where bytes[index - 1] == UInt8(ascii: "_") {
      if let end = TokenShape.end(in: bytes, at: index) {
        hide(index..<end)
        return end
      }
    }
    return word.upperBound
  }

  /// The end of an AWS secret: 40 letters, digits, `/` and `+`, with at least one capital letter, small
  /// letter and digit.
  private func awsSecretEnd(at start: Int) -> Int? {
    guard namesAWSKey, start == 0 || bytes[start - 1] != UInt8(ascii: "/") else { return nil }
    let end = end(of: start, max: 41) {
      $0.isAlphanumeric || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "+")
    }
    let secret = bytes[start..<end]
    guard secret.count == 40, secret.contains(where: \.isUpper), secret.contains(where: \.isLower),
      secret.contains(where: \.isDigit)
    else { return nil }
    return end
  }
}

extension UInt8 {
  var isUpper: Bool { (0x41...0x5A).contains(self) }
  var isLower: Bool { (0x61...0x7A).contains(self) }
  var isDigit: Bool { (0x30...0x39).contains(self) }
  var isAlphanumeric: Bool { isUpper || isLower || isDigit }
  var isHexadecimal: Bool { isDigit || (0x41...0x46).contains(self) || (0x61...0x66).contains(self) }
  var isNameByte: Bool { isAlphanumeric || self == UInt8(ascii: "_") }
  var isBlank: Bool { self == 0x20 || self == 0x09 }
  var isQuote: Bool { self == 0x22 || self == 0x27 || self == 0x60 }
}
