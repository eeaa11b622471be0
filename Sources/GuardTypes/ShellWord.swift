extension String {
  /// One word of a shell command, in single quotes if it contains a special character.
  public var shellWord: String {
    let isPlain = utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_@%+=:,./-".utf8.contains(byte)
      }
    }
    if isPlain, !isEmpty { return self }
    // A shell does not expand `~` inside quotes.
    if hasPrefix("~/"), count > 2 { return "~/" + String(dropFirst(2)).shellWord }
    return "'\(split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
  }
}
