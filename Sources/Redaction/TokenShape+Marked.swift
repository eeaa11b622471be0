// Tokens without a prefix, which have marks at known places.
extension TokenShape {
  /// Tokens that are recognized only by the lengths of their parts: `abcdef.0123456789abcdef` to join a
  /// cluster with kubeadm, and `s.` with 24 letters and digits of older Vaults.
  static func dottedEnd(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    var dot = start
    while dot < bytes.count, dot - start <= 6, bytes[dot].isAlphanumeric { dot += 1 }
    guard dot < bytes.count, bytes[dot] == UInt8(ascii: "."), dot - start == 6 || dot - start == 1,
      start == 0 || !bytes[start - 1].isPartOfHost
    else { return nil }
    var end = dot + 1
    while end < bytes.count, bytes[end].isNameByte || bytes[end] == UInt8(ascii: "-") { end += 1 }
    // The text is a host name that continues.
    if end + 1 < bytes.count, bytes[end] == UInt8(ascii: "."), bytes[end + 1].isAlphanumeric { return nil }
    let secret = bytes[dot + 1..<end]
    if dot - start == 6 {
      return secret.count == 16 && secret.allSatisfy { $0.isLower || $0.isDigit }
        && bytes[start..<dot].allSatisfy { $0.isLower || $0.isDigit } && secret.filter(\.isDigit).count > 1
        ? end : nil
    }
    return bytes[start] == UInt8(ascii: "s") && secret.count == 24 && secret.allSatisfy(\.isAlphanumeric)
      && secret.contains(where: \.isUpper) && secret.contains(where: \.isLower) ? end : nil
  }

  /// Tokens with a mark in the middle: `123456789:AA…` of a Telegram bot, `abc8Q~…` of Azure, and
  /// `0123…-us1` of Mailchimp.
  static func markedEnd(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    func run(_ start: Int, _ limit: Int, _ belongs: (UInt8) -> Bool) -> Int {
      var end = start
      while end < bytes.count, end - start < limit, belongs(bytes[end]) { end += 1 }
      return end
    }
    let bot = bytes.starts(with: "bot", at: start) ? start + 3 : start
    if bot < bytes.count, bytes[bot].isDigit {
      let colon = run(bot, 11, \.isDigit)
      if colon - bot >= 8, bytes.starts(with: ":AA", at: colon) {
        let end = run(colon + 1, 40) { $0.isNameByte || $0 == UInt8(ascii: "-") }
        if end - colon - 1 >= 33 { return end }
      }
    }
    if bytes.starts(with: "Q~", at: start + 4) {
      let end = run(start + 6, 40) { $0.isNameByte || [0x2D, 0x2E, 0x7E].contains($0) }
      if end - start >= 36, bytes[start + 3].isDigit { return end }
    }
    if bytes.starts(with: "-us", at: start + 32),
      run(start, 32, { $0.isDigit || (0x61...0x66).contains($0) }) == start + 32
    {
      return run(start + 35, 2, \.isDigit)
    }
    return nil
  }

  /// Tokens of three parts: of a Discord bot, whose first part is a number in base64, and `st.…` of Infisical.
  static func botEnd(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    func run(_ start: Int, _ limit: Int, _ belongs: (UInt8) -> Bool) -> Int {
      var end = start
      while end < bytes.count, end - start < limit, belongs(bytes[end]) { end += 1 }
      return end
    }
    func isDot(_ index: Int) -> Bool { index < bytes.count && bytes[index] == UInt8(ascii: ".") }
    let isPart: (UInt8) -> Bool = { $0.isNameByte || $0 == UInt8(ascii: "-") }
    switch bytes[start] {
    case UInt8(ascii: "M"), UInt8(ascii: "N"), UInt8(ascii: "O"):
      let first = run(start, 29, \.isAlphanumeric)
      guard (23...28).contains(first - start), isDot(first) else { return nil }
      let second = run(first + 1, 8, isPart)
      guard (6...7).contains(second - first - 1), isDot(second) else { return nil }
      let end = run(second + 1, 80, isPart)
      return end - second - 1 >= 27 ? end : nil
    case UInt8(ascii: "s"):
      guard bytes.starts(with: "st.", at: start) else { return nil }
      let first = run(start + 3, 25, \.isHexadecimal)
      guard first - start == 27, isDot(first) else { return nil }
      let end = run(first + 1, 256) { isPart($0) || $0 == UInt8(ascii: ".") }
      return end - first - 1 >= 16 ? end : nil
    default: return nil
    }
  }
}

extension UInt8 {
  fileprivate var isPartOfHost: Bool {
    [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "@")].contains(self)
  }
}
