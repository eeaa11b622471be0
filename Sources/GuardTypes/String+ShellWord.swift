extension String {
  /// The prefix that runs a command as this user: `sudo -u oceanid `. sudo(8) expects a number after a #.
  public var asSudoPrefix: String {
    "sudo -u \(allSatisfy(\.isNumber) ? "'#\(self)'" : shellWord) "
  }

  /// One word of a command line for bash, dash, zsh and fish, quoted if one of them gives a meaning to a character.
  public var shellWord: String {
    if isPlainShellWord { return self }
    // A shell does not expand `~` inside quotes.
    if hasPrefix("~/"), count > 2 { return "~/" + String(dropFirst(2)).shellWord }
    guard !isEmpty else { return "''" }
    var quoted = ""
    var run: [UInt8] = []
    func endRun() {
      if !run.isEmpty { quoted += "'\(String(decoding: run, as: UTF8.self))'" }
      run = []
    }
    for byte in utf8 {
      switch byte {
      // fish takes a backslash before these two as an escape within single quotes; outside quotes, all shells do.
      case UInt8(ascii: "'"), UInt8(ascii: "\\"):
        endRun()
        quoted += byte == UInt8(ascii: "'") ? "\\'" : "\\\\"
      default: run.append(byte)
      }
    }
    endRun()
    return quoted
  }

  /// The text as an argument that no program takes for an option; nil if it begins with a hyphen.
  public var argumentWord: String? { utf8.first == UInt8(ascii: "-") ? nil : shellWord }

  /// True for letters, digits and marks that no shell expands.
  private var isPlainShellWord: Bool {
    var before: UInt8?
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        break
      // zsh replaces `=ls` by the path of ls: at the beginning, and with MAGIC_EQUAL_SUBST after `=` and `:`.
      case UInt8(ascii: "="):
        guard let before, before != UInt8(ascii: "="), before != UInt8(ascii: ":") else { return false }
      // fish replaces `%self` by its process id.
      case UInt8(ascii: "%"):
        guard before != nil else { return false }
      default:
        guard "_@+:,./-".utf8.contains(byte) else { return false }
      }
      before = byte
    }
    return !isEmpty
  }
}
