/// The flag of a command that has a password without a long name.
enum CommandFlag {
  /// `docker login -p …`
  case p
  /// `sshpass -p…`, `sshpass -p …`
  case eitherP
  /// `mysql -p…`
  case joinedP
  /// `redis-cli -a …`
  case a
  /// `ldapsearch -w …`
  case w
  /// `plink -pw …`
  case pw
  /// `sqlcmd -P …`
  case capitalP
  /// `curl -b …`: cookies
  case b
  /// `-p` is a port, a path or something else: `ssh -p web`, `mkdir -p data`.
  case none

  private static let all: [String: CommandFlag] = [
    "login": .p, "mongo": .p, "mongosh": .p, "mongodump": .p, "mongorestore": .p,
    "sshpass": .eitherP, "7z": .joinedP,
    "mysql": .joinedP, "mysqldump": .joinedP, "mysqladmin": .joinedP, "mariadb": .joinedP,
    "mariadb-dump": .joinedP,
    "redis-cli": .a, "ldapsearch": .w, "ldapmodify": .w, "ldapadd": .w, "ldapdelete": .w, "ldapwhoami": .w,
    "plink": .pw, "pscp": .pw, "psftp": .pw, "sqlcmd": .capitalP, "bcp": .capitalP, "zip": .capitalP,
    "unzip": .capitalP,
    "mosquitto_pub": .capitalP, "mosquitto_sub": .capitalP, "ipmitool": .capitalP, "curl": .b,
    "ssh": .none, "scp": .none, "sftp": .none, "mkdir": .none, "docker": .none, "podman": .none,
    "nerdctl": .none,
    "kubectl": .none, "k3s": .none, "patch": .none, "ps": .none, "git": .none, "cp": .none, "rsync": .none,
    "tar": .none, "nc": .none, "netcat": .none, "psql": .none, "nmap": .none, "cargo": .none, "test": .none,
    "pgrep": .none, "install": .none, "read": .none, "lsof": .none, "python": .none, "iptables": .none,
    "systemctl": .none, "journalctl": .none, "ss": .none, "perl": .none, "top": .none, "make": .none,
    "flux": .none, "helm": .none,
  ]

  init?(_ word: Slice<UnsafeBufferPointer<UInt8>>) {
    guard (2...14).contains(word.count), word.allSatisfy({ $0 < 0x80 }),
      let flag = CommandFlag.all[String(decoding: word, as: UTF8.self)]
    else { return nil }
    self = flag
  }

  /// The flag's letters, and whether the password may be the next argument, or joined to it.
  fileprivate var form: (letters: StaticString, isSeparate: Bool, isJoined: Bool)? {
    switch self {
    case .p: ("p", true, false)
    case .eitherP: ("p", true, true)
    case .joinedP: ("p", false, true)
    case .a: ("a", true, false)
    case .w: ("w", true, false)
    case .pw: ("pw", true, false)
    case .capitalP: ("P", true, false)
    case .b: ("b", true, false)
    case .none: nil
    }
  }
}

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
    let after = byte(at: name.upperBound)
    let isUser =
      isWord(name, "u") || isWord(name, "user") || isWord(name, "proxy-user") || isWord(name, "basic-auth")
    guard let after,
      after <= 0x20 || after.isQuote || after == UInt8(ascii: "\\") || (isUser && after == UInt8(ascii: "="))
    else { return nil }
    let start = after == UInt8(ascii: "=") ? name.upperBound + 1 : argument(after: name.upperBound)
    guard let first = byte(at: start), first != UInt8(ascii: "-"), !isReference(at: start) else { return nil }
    let value = value(at: start)
    guard !value.isEmpty, !isReference(value) else { return nil }
    // Plain words are text, not a value, if they are on the next line or after a quoted string.
    guard
      after == UInt8(ascii: "=")
        || bytes[name.upperBound..<min(start, bytes.count)].allSatisfy({
          $0.isBlank || $0.isQuote || $0 == UInt8(ascii: ",") || $0 == 0x5C
        }) || !isProse(value)
    else { return nil }
    if isUser {
      guard
        let colon = value.first(where: { bytes[$0] == UInt8(ascii: ":") || bytes[$0] == UInt8(ascii: "%") })
      else { return nil }
      hide(colon + 1..<value.upperBound)
      return value.upperBound
    }
    switch SecretName(bytes[name]) {
    case .credential, .maybe, .assigned, .cookie:
      // `the flag --token is required`
      guard !isDiagnosis(value) || quoteMark(at: start) != nil else { return nil }
      hide(value)
      return value.upperBound
    case .authorization, nil: return nil
    }
  }

  /// The start of the next argument: after blanks, in a list of quoted strings, or on the next line of YAML.
  private func argument(after end: Int) -> Int {
    var index = self.end(of: end) { $0.isQuote || $0 == UInt8(ascii: "\\") }
    index = self.end(of: index) { $0 <= 0x20 || $0 == UInt8(ascii: ",") }
    return bytes.starts(with: "- ", at: index) ? passBlanks(at: index + 2) : index
  }

  /// `docker login -p …`, `mysql -p…`
  private mutating func passShortFlag(_ name: Range<Int>) -> Int? {
    guard name.lowerBound < 2 || bytes[name.lowerBound - 2] != UInt8(ascii: "-") else { return nil }
    guard let (letters, isSeparate, isJoined) = (command ?? .p).form,
      bytes.starts(with: letters, at: name.lowerBound)
    else { return nil }
    let flagEnd = name.lowerBound + letters.utf8CodeUnitCount
    let hasJoined =
      byte(at: flagEnd).map { $0 > 0x20 && (!$0.isQuote || isJoined) && $0 != 0x5C && $0 != 0x2C } ?? false
    guard hasJoined ? isJoined : isSeparate else { return nil }
    let start = hasJoined ? flagEnd : argument(after: flagEnd)
    guard let first = byte(at: start), first != UInt8(ascii: "-"), !isReference(at: start) else { return nil }
    let value = value(at: start)
    guard !value.isEmpty, !isReference(value) else { return nil }
    if case nil = command {
      // The command is unknown. A port, a path or an object is no password.
      let text = bytes[value]
      guard !text.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }),
        ![
          UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "~"),
          UInt8(ascii: "("),
        ]
        .contains(first), !isDiagnosis(value)
      else { return nil }
    }
    hide(value)
    return value.upperBound
  }
}
