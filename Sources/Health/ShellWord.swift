extension String {
  /// As one word of a command that people paste into a shell: in single quotes where it has anything that a shell
  /// may take for its own.
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
    // The shell's own way home, which it does not see between quotes.
    if hasPrefix("~/"), count > 2 { return "~/" + String(dropFirst(2)).shellWord }
    return "'\(split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
  }
}
