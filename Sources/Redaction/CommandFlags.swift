/// The flags of a command that have a password without a long name.
struct CommandFlags {
  struct Flag {
    let letters: StaticString
    /// True if the password may be the next argument.
    let isSeparate: Bool
    /// True if the password may be joined to the letters.
    let isJoined: Bool
    /// The mark before the password if there is something else before it: `curl -uann:…`
    let mark: Mark?

    enum Mark {
      case firstColon
      case lastColon
      case percent
    }

    init(_ letters: StaticString, joined: Bool = false, separate: Bool = true, after mark: Mark? = nil) {
      self.letters = letters
      self.isSeparate = separate
      self.isJoined = joined
      self.mark = mark
    }
  }

  let flags: [Flag]

  /// The NUL between the arguments of a command, as text.
  fileprivate static let ends: [StaticString] = [#"\0"#, #"\u0000"#, #"\x00"#, #"\000"#]

  /// The command is unknown.
  static let unknown = CommandFlags(flags: [Flag("p")])

  private static let all: [String: CommandFlags] = {
    let groups: [([Flag], [String])] = [
      ([Flag("p", joined: true)], ["login", "mongo", "mongosh", "mongodump", "mongorestore"]),
      ([Flag("p", joined: true)], ["sshpass"]),
      (
        [Flag("p", joined: true, separate: false)],
        ["7z", "mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump"]
      ),
      ([Flag("a")], ["redis-cli", "valkey-cli"]),
      ([Flag("w", joined: true)], ["ldapsearch", "ldapmodify", "ldapadd", "ldapdelete", "ldapwhoami"]),
      (
        [Flag("s", joined: true), Flag("a", joined: true), Flag("w", joined: true)], ["ldappasswd"]
      ),
      ([Flag("pw")], ["plink", "pscp", "psftp"]),
      (
        [Flag("P", joined: true)],
        ["sqlcmd", "bcp", "zip", "unzip", "mosquitto_pub", "mosquitto_sub", "ipmitool"]
      ),
      // Cookies, and the user with a password
      ([Flag("b"), Flag("u", joined: true, separate: false, after: .firstColon)], ["curl"]),
      (
        [Flag("y", joined: true, after: .lastColon)],
        ["nsupdate", "dig", "delv", "host", "knsupdate", "kdig", "khost", "dnsperf"]
      ),
      ([Flag("N", joined: true), Flag("P", joined: true)], ["ssh-keygen"]),
      (
        [Flag("c", joined: true), Flag("A", joined: true), Flag("X", joined: true)],
        ["snmpwalk", "snmpget", "snmpset", "snmpbulkwalk", "snmpgetnext"]
      ),
      ([Flag("k")], ["openssl"]),
      ([Flag("U", joined: true, after: .percent)], ["smbclient", "rpcclient", "smbget", "net"]),
      (
        [],
        [
          "ssh", "scp", "sftp", "mkdir", "docker", "podman", "nerdctl", "kubectl", "k3s", "patch", "ps",
          "git", "cp",
          "rsync", "tar", "nc", "netcat", "psql", "nmap", "cargo", "test", "pgrep", "install", "read", "lsof",
          "python",
          "iptables", "systemctl", "journalctl", "ss", "perl", "top", "make", "flux", "helm",
        ]
      ),
    ]
    var all: [String: CommandFlags] = [:]
    for (flags, commands) in groups {
      for command in commands { all[command] = CommandFlags(flags: flags) }
    }
    return all
  }()

  private init(flags: [Flag]) { self.flags = flags }

  init?(_ word: Slice<UnsafeBufferPointer<UInt8>>) {
    guard (2...14).contains(word.count), word.allSatisfy({ $0 < 0x80 }),
      let flags = CommandFlags.all[String(decoding: word, as: UTF8.self)]
    else { return nil }
    self = flags
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
    if isArgumentEnd(before: start - dashes) { return true }
    return before <= 0x20 || before.isQuote || before == UInt8(ascii: "[")
  }

  mutating func passFlag(_ name: Range<Int>) -> Int? {
    guard isFlag(at: name.lowerBound) else { return nil }
    if let next = passShortFlag(name) { return next }
    let after = byte(at: name.upperBound)
    hideComplaint(of: name)
    if let next = passLiteral(name) ?? passValueOfFlag(name) { return next }
    let isUser = CredentialScanner.flagsOfUsers.contains { isWord(name, $0) } || isClusterWithUser(name)
    guard let after,
      after <= 0x20 || after.isQuote || after == UInt8(ascii: "\\") || (isUser && after == UInt8(ascii: "="))
    else { return nil }
    let start = after == UInt8(ascii: "=") ? name.upperBound + 1 : argument(after: name.upperBound)
    guard let first = byte(at: start), first != UInt8(ascii: "-"), first != UInt8(ascii: ":"),
      !isReference(at: start)
    else { return nil }
    var value = value(at: start)
    guard !value.isEmpty, !isReference(value) else { return nil }
    // Plain words are text, not a value, if they are on the next line or after a quoted string.
    guard
      after == UInt8(ascii: "=") || argumentEnd(at: name.upperBound) != nil
        || bytes[name.upperBound..<min(start, bytes.count)].allSatisfy({
          $0.isBlank || $0.isQuote || $0 == UInt8(ascii: ",") || $0 == 0x5C
        }) || !isProse(value)
    else { return nil }
    if isUser {
      guard !isAddress(value),
        let colon = value.first(where: { bytes[$0] == UInt8(ascii: ":") || bytes[$0] == UInt8(ascii: "%") })
      else { return nil }
      hide(colon + 1..<value.upperBound)
      return value.upperBound
    }
    switch SecretName(bytes[name]) {
    case .credential, .maybe, .assigned, .cookie:
      // `the flag --token is required`
      guard !isDiagnosis(value) && !isNounAfterFlag(value) || quoteMark(at: start) != nil else { return nil }
      if let next = passFields(at: start) { return next }
      value = value.lowerBound..<endOfArgument(value)
      hide(value)
      return value.upperBound
    case .authorization, nil: return nil
    }
  }

  private func isAddress(_ value: Range<Int>) -> Bool {
    let scheme = end(of: value.lowerBound, max: 16, while: \.isAlphanumeric)
    return bytes.starts(with: "://", at: scheme)
  }

  /// Flags with `user:password`.
  private static let flagsOfUsers: [StaticString] = [
    "u", "user", "proxy-user", "basic-auth", "creds", "src-creds", "dest-creds", "credentials", "userpass",
  ]

  /// `-sSu`, as `curl` is called
  private func isClusterWithUser(_ name: Range<Int>) -> Bool {
    let last = command?.flags.last?.letters
    return (2...5).contains(name.count) && bytes[name].last == UInt8(ascii: "u")
      && last?.utf8CodeUnitCount == 1
      && last?.utf8Start.pointee == UInt8(ascii: "u") && byte(at: name.lowerBound - 2) != UInt8(ascii: "-")
  }

  /// `invalid argument "x" for "--token"`
  private mutating func hideComplaint(of name: Range<Int>) {
    switch SecretName(bytes[name]) {
    case .credential, .maybe, .assigned: hideValue(beforeFlag: name)
    case .authorization, .cookie, nil: break
    }
  }

  /// `-n node.session.auth.password -v …`, `--name db-password --value …`, `secret set NAME --body …`: the value of a flag
  /// belongs to the name before it.
  private mutating func passValueOfFlag(_ flag: Range<Int>) -> Int? {
    guard ["v", "value", "body", "secret-string"].contains(where: { isWord(flag, $0) }) else { return nil }
    let start =
      byte(at: flag.upperBound) == UInt8(ascii: "=") ? flag.upperBound + 1 : argument(after: flag.upperBound)
    var dash = flag.lowerBound
    while dash > 0, flag.lowerBound - dash < 3, [0x2D, 0x22, 0x27].contains(bytes[dash - 1]) { dash -= 1 }
    let name = wordBefore(dash)
    let before = wordBefore(name.lowerBound)
    var last = name.upperBound
    while last > name.lowerBound, bytes[last - 1].isNameByte || bytes[last - 1] == UInt8(ascii: "-") {
      last -= 1
    }
    let isSet = isWord(before, "set") && isWord(wordBefore(before.lowerBound), "secret")
    // `-n` also is the flag of a namespace.
    let isNamed =
      isWord(before, "-n") && bytes[name].contains(UInt8(ascii: "."))
      || ["--name", "--key"].contains { isWord(before, $0) } || bytes.spells("--name=", at: name.lowerBound)
    guard isSet || (isNamed && SecretName(bytes[last..<name.upperBound]) != nil),
      let first = byte(at: start), first != UInt8(ascii: "-"), !isReference(at: start)
    else { return nil }
    let value = value(at: start)
    guard !value.isEmpty, !isReference(value) else { return nil }
    hide(value)
    return value.upperBound
  }

  private func argumentEnd(at index: Int) -> Int? {
    guard byte(at: index) == UInt8(ascii: "\\") else { return nil }
    return CommandFlags.ends.last { bytes.starts(with: $0, at: index) }.map { index + $0.utf8CodeUnitCount }
  }

  private func isArgumentEnd(before index: Int) -> Bool {
    bytes[index - 1] == UInt8(ascii: "0")
      && CommandFlags.ends.contains { bytes.starts(with: $0, at: index - $0.utf8CodeUnitCount) }
  }

  /// The end of a value before `\0`.
  private func endOfArgument(_ value: Range<Int>) -> Int {
    guard quoteMark(at: value.lowerBound - 1) == nil else { return value.upperBound }
    return value.first { argumentEnd(at: $0) != nil } ?? value.upperBound
  }

  /// `--from-literal=any=x` of a Secret
  private mutating func passLiteral(_ name: Range<Int>) -> Int? {
    guard isWord(name, "from-literal"), let separator = byte(at: name.upperBound),
      separator == UInt8(ascii: "=") || separator == 0x20
    else { return nil }
    let value = value(at: name.upperBound + 1)
    let mark = value.first { bytes[$0] == UInt8(ascii: "=") }
    // kubectl quotes a value whose name is missing: `invalid --from-literal=x, expected key=value`
    let isRefused = bytes.spells("invalid ", at: name.lowerBound - 10)
    guard let start = mark.map({ $0 + 1 }) ?? (isRefused ? value.lowerBound : nil),
      !isReference(at: start), start < value.upperBound
    else { return nil }
    let secret = start..<value.upperBound
    hide(secret)
    return secret.upperBound
  }

  /// `"--token" flag: bad`
  private func isNounAfterFlag(_ value: Range<Int>) -> Bool {
    ["flag", "option", "argument", "parameter"].contains { isWord(value, $0) }
  }

  /// The start of the next argument: after blanks, in a list of quoted strings, or on the next line of YAML.
  private func argument(after end: Int) -> Int {
    if let next = argumentEnd(at: end) { return next }
    var index = self.end(of: end) { $0.isQuote || $0 == UInt8(ascii: "\\") }
    index = self.end(of: index) { $0 <= 0x20 || $0 == UInt8(ascii: ",") }
    return bytes.starts(with: "- ", at: index) ? passBlanks(at: index + 2) : index
  }

  /// `docker login -p …`, `mysql -p…`
  private mutating func passShortFlag(_ name: Range<Int>) -> Int? {
    guard name.lowerBound < 2 || bytes[name.lowerBound - 2] != UInt8(ascii: "-") else { return nil }
    for flag in (command ?? .unknown).flags where bytes.starts(with: flag.letters, at: name.lowerBound) {
      if let next = passShortFlag(flag, at: name.lowerBound + flag.letters.utf8CodeUnitCount) { return next }
    }
    return nil
  }

  private mutating func passShortFlag(_ flag: CommandFlags.Flag, at flagEnd: Int) -> Int? {
    // In `["-p","hunter2"]`, the quote ends the flag.
    let next = byte(at: flagEnd)
    let isClosed = next?.isQuote == true && next == byte(at: flagEnd - flag.letters.utf8CodeUnitCount - 2)
    let hasJoined =
      !isClosed
      && (next.map { $0 > 0x20 && (!$0.isQuote || flag.isJoined) && $0 != 0x5C && $0 != 0x2C } ?? false)
    guard hasJoined ? flag.isJoined : flag.isSeparate else { return nil }
    // pflag accepts `-p=hunter2`, too.
    let joined = byte(at: flagEnd) == UInt8(ascii: "=") ? flagEnd + 1 : flagEnd
    let start = hasJoined ? joined : argument(after: flagEnd)
    guard let first = byte(at: start), first != UInt8(ascii: "-"), !isReference(at: start) else { return nil }
    var value = value(at: start)
    guard !value.isEmpty, !isReference(value) else { return nil }
    if case nil = command {
      // A port, a path or an object is not a password.
      let text = bytes[value]
      guard !text.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }),
        ![
          UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "~"),
          UInt8(ascii: "("),
        ]
        .contains(first), !isDiagnosis(value)
      else { return nil }
    }
    // The user information of an address is hidden as such.
    if flag.mark != nil, isAddress(value) { return nil }
    switch flag.mark {
    case nil: break
    case .firstColon:
      value =
        (value.first { bytes[$0] == UInt8(ascii: ":") }.map { $0 + 1 } ?? value.lowerBound)..<value.upperBound
    case .lastColon:
      value =
        (value.last { bytes[$0] == UInt8(ascii: ":") }.map { $0 + 1 } ?? value.lowerBound)..<value.upperBound
    case .percent:
      guard let mark = value.first(where: { bytes[$0] == UInt8(ascii: "%") }) else { return nil }
      value = mark + 1..<value.upperBound
    }
    hide(value)
    return value.upperBound
  }
}
