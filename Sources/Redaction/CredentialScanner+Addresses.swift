// Credentials in addresses: the user information of URLs, connection strings, and paths of webhooks.
extension CredentialScanner {
  mutating func passAddress(at start: Int, _ end: Int) -> Int? {
    guard let mark = byte(at: end), [UInt8(ascii: ":"), UInt8(ascii: "%"), UInt8(ascii: "/")].contains(mark)
    else { return nil }
    if bytes.starts(with: "://", at: end) { return passURL(scheme: start..<end, authority: end + 3) }
    // In JSON a slash may be escaped.
    for mark in [#":\/\/"#, #":\u002f\u002f"#] as [StaticString] where bytes.spells(mark, at: end) {
      return passEscapedURL(authority: end + mark.utf8CodeUnitCount)
    }
    for mark in ["%3a%2f%2f", "%253a%252f%252f"] as [StaticString] where bytes.spells(mark, at: end) {
      return passEncodedURL(authority: end + mark.utf8CodeUnitCount)
    }
    if let next = passPasswordFile(at: end, after: start) { return next }
    return passPair(at: start, end) ?? passOracle(at: start, end)
  }

  /// `https://user:token@host` becomes `https://…@host`.
  private mutating func passURL(scheme: Range<Int>, authority start: Int) -> Int {
    let run = urlRun(at: start)
    let authorityEnd = end(of: start) { !$0.endsURL && !$0.endsAuthority }
    var userEnd = (start..<authorityEnd).last { bytes[$0] == UInt8(ascii: "@") }
    if userEnd == nil, hasNoPort(start..<authorityEnd) {
      // A password with an unescaped slash. Error messages quote such invalid URLs.
      userEnd = run.mark
    }
    userEnd = userEnd ?? markBehindPort(start..<authorityEnd, run)
    if userEnd == nil, let mark = encodedMark(start..<authorityEnd) {
      hide(start..<mark)
      return mark
    }
    if let userEnd {
      if !isPlainUser(start..<userEnd, scheme: scheme) { hide(start..<userEnd) }
      return passWebhook(host: userEnd + 1)
    }
    // A password with a blank or a quote. The URL is invalid, too.
    if hasNoPort(start..<authorityEnd), authorityEnd < bytes.count {
      if let mark = visibleRun(at: authorityEnd + 1).mark {
        hide(start..<mark)
        return mark
      }
    }
    if let mark = markBehindBlanks(start..<authorityEnd) {
      hide(start..<mark)
      return mark
    }
    // The text ends, or was shortened, before the host.
    if authorityEnd == bytes.count, isCut || hasNoPort(start..<authorityEnd) {
      hide(start..<bytes.count)
      return bytes.count
    }
    return passWebhook(host: start)
  }

  /// The `%40` of `ann%3Ahunter%40host`
  private func encodedMark(_ authority: Range<Int>) -> Int? {
    guard let mark = authority.last(where: { bytes[$0] == UInt8(ascii: "%") && bytes.spells("%40", at: $0) }),
      (authority.lowerBound..<mark).contains(where: {
        bytes[$0] == UInt8(ascii: "%") && bytes.spells("%3a", at: $0)
      })
    else { return nil }
    return mark
  }

  /// The `@` of `ann:12345/hunter@host`, where the beginning of the password looks like a port.
  private func markBehindPort(_ authority: Range<Int>, _ run: RunCache.Run) -> Int? {
    guard let colon = authority.first(where: { bytes[$0] == UInt8(ascii: ":") }),
      byte(at: authority.upperBound) == UInt8(ascii: "/"), let mark = run.mark,
      mark > authority.upperBound + 1, isPasswordWithSlash(colon + 1..<mark),
      isHostOfPair(after: mark)
    else { return nil }
    let name = authority.lowerBound..<colon
    if isUserName(name) { return mark }
    // A name with a dot may be a host. Then the second host is a part of a path only.
    let host = mark + 1..<end(of: mark + 1) { $0.isPartOfHostName }
    return !name.isEmpty && bytes[host].contains(UInt8(ascii: "."))
      && (byte(at: host.upperBound) == UInt8(ascii: "/") || byte(at: host.upperBound) == UInt8(ascii: ":"))
      ? mark : nil
  }

  /// The `@` of `ann:correct horse@host`: in one of the next three words.
  private func markBehindBlanks(_ authority: Range<Int>) -> Int? {
    guard let colon = authority.first(where: { bytes[$0] == UInt8(ascii: ":") }) else { return nil }
    let words = hasNoPort(authority) ? 3 : 1
    guard words > 1 || (isUserName(authority.lowerBound..<colon) && byte(at: authority.upperBound) == 0x20)
    else {
      return nil
    }
    var blanks = 0
    var isAfterBlank = false
    var mark: Int?
    let end = end(of: authority.upperBound, max: 128) { byte in
      if byte == 0x20 { blanks += 1 }
      return byte >= 0x20 && blanks <= words && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "<")
    }
    for index in authority.upperBound..<end {
      if bytes[index] == 0x20 {
        if mark != nil { break }
        isAfterBlank = true
      }
      if isAfterBlank, bytes[index] == UInt8(ascii: "@") { mark = index }
      if bytes.starts(with: "://", at: index) { return nil }
    }
    return mark.flatMap { isHostOfPair(after: $0) ? $0 : nil }
  }

  /// True for a name that is not a host with a domain, no address and not `localhost`.
  private func isUserName(_ name: Range<Int>) -> Bool {
    !name.isEmpty && !bytes[name].contains(UInt8(ascii: ".")) && !bytes[name].contains(UInt8(ascii: "["))
      && !isWord(name, "localhost") && !bytes[name].allSatisfy(\.isDigit)
  }

  /// True for the text between a name and the last `@`, unless it is a port and a path of words.
  private func isPasswordWithSlash(_ text: Range<Int>) -> Bool {
    guard bytes[text].last != UInt8(ascii: "/") else { return false }
    return bytes[text].count(where: { $0 == UInt8(ascii: "/") }) < 2
      || bytes[text].contains(where: \.isUpper) && looksRandom(text)
  }

  /// Names of versions that occur where a host may be: `a/b@main`.
  private static let versions: [StaticString] = [
    "main", "master", "latest", "next", "head", "dev", "edge", "stable", "release", "trunk", "canary",
  ]

  /// True if the text after the `@` is a host: no digest, version or branch.
  private func isHostOfPair(after mark: Int) -> Bool {
    if byte(at: mark + 1) == UInt8(ascii: "[") { return true }
    let host = mark + 1..<end(of: mark + 1) { $0.isPartOfHostName }
    return !host.isEmpty && !isDigest(at: mark + 1) && !isVersion(host) && !isMajorVersion(host)
      && !CredentialScanner.versions.contains { isWord(host, $0) }
  }

  /// `v1`
  private func isMajorVersion(_ text: Range<Int>) -> Bool {
    text.count > 1 && bytes[text].first == UInt8(ascii: "v") && bytes[text].dropFirst().allSatisfy(\.isDigit)
  }

  /// `sha256:`
  private func isDigest(at start: Int) -> Bool {
    guard bytes.spells("sha", at: start) else { return false }
    let end = end(of: start + 3, max: 3, while: \.isDigit)
    return end > start + 3 && byte(at: end) == UInt8(ascii: ":")
  }

  private mutating func passEscapedURL(authority start: Int) -> Int {
    let end = end(of: start) { !$0.endsURL && !$0.endsAuthority }
    if let mark = (start..<end).last(where: { bytes[$0] == UInt8(ascii: "@") }) {
      hide(start..<mark)
      return mark
    }
    guard bytes.starts(with: "\\/", at: end), hasNoPort(start..<end) else { return start }
    // A password with an escaped slash.
    var index = end
    var mark: Int?
    while let byte = byte(at: index), index - start < 512 {
      if byte == UInt8(ascii: "\\"), self.byte(at: index + 1) == UInt8(ascii: "/") {
        index += 2
        continue
      }
      guard !byte.endsURL else { break }
      if byte == UInt8(ascii: "@") { mark = index }
      index += 1
    }
    guard let mark else { return start }
    hide(start..<mark)
    return mark
  }

  /// True if the text after the colon is not a port. Punctuation of the sentence may follow a port:
  /// `(https://10.0.0.1:6443).`
  private func hasNoPort(_ authority: Range<Int>) -> Bool {
    guard bytes[authority].first != UInt8(ascii: "["),
      let colon = authority.last(where: { bytes[$0] == UInt8(ascii: ":") })
    else { return false }
    let port = bytes[colon + 1..<authority.upperBound].prefix(while: \.isDigit)
    let rest = bytes[port.endIndex..<authority.upperBound]
    return !rest.isEmpty && (port.isEmpty || port.count > 5 || !rest.allSatisfy(\.endsSentence))
  }

  /// `git@`, or a user name alone in a scheme that has no tokens as user names.
  private func isPlainUser(_ user: Range<Int>, scheme: Range<Int>) -> Bool {
    if user.count == 3, bytes.starts(with: "git", at: user.lowerBound) { return true }
    return bytes.spells("ssh", at: scheme.upperBound - 3) && !bytes[user].contains(UInt8(ascii: ":"))
  }

  /// `https%3A%2F%2Fuser%3Atoken%40host`
  private mutating func passEncodedURL(authority start: Int) -> Int {
    guard let mark = encodedRun(at: start).mark else { return start }
    hide(start..<mark)
    return mark
  }

  /// Webhook addresses. They work without further credentials.
  private static let webhooks: [(host: StaticString, path: StaticString)] = [
    ("hooks.slack.com", "/services/"), ("hooks.slack.com", "/workflows/"), ("hooks.slack.com", "/triggers/"),
    ("discord.com", "/api/webhooks/"), ("discordapp.com", "/api/webhooks/"),
    ("discord.com", "/api/v10/webhooks/"),
    ("discord.com", "/api/v9/webhooks/"), ("discord.com", "/api/v8/webhooks/"),
    ("events.pagerduty.com", "/integration/"), ("hc-ping.com", "/"), ("maker.ifttt.com", "/trigger/"),
    ("webhook.office.com", "/webhookb2/"),
    ("outlook.office.com", "/webhook/"), ("api.telegram.org", "/bot"), ("hooks.zapier.com", "/hooks/"),
    ("hooks.slack-gov.com", "/services/"), ("nosnch.in", "/"), ("webhook.site", "/"),
    ("cronitor.link", "/p/"), ("hook.eu1.make.com", "/"), ("hook.eu2.make.com", "/"),
    ("hook.us1.make.com", "/"), ("hook.us2.make.com", "/"), ("hook.integromat.com", "/"),
    ("api.day.app", "/"), ("sctapi.ftqq.com", "/"), ("sc.ftqq.com", "/"),
    ("alert.victorops.com", "/integrations/generic/20131114/alert/"),
  ]

  private mutating func passWebhook(host start: Int) -> Int {
    let hostEnd = end(of: start) { $0.isPartOfHostName }
    for webhook in CredentialScanner.webhooks {
      let hostStart = hostEnd - webhook.host.utf8CodeUnitCount
      guard hostStart >= start, bytes.spells(webhook.host, at: hostStart),
        bytes.starts(with: webhook.path, at: hostEnd)
      else { continue }
      let secret = hostEnd + webhook.path.utf8CodeUnitCount
      let end = end(of: secret) { !$0.endsURL }
      hide(secret..<end)
      return end
    }
    if let next = passTopic(host: start..<hostEnd) { return next }
    // The rest may contain other credentials.
    return max(start, hostEnd)
  }

  /// `https://ntfy.sh/TOPIC`: each client that knows the topic reads and sends.
  private mutating func passTopic(host: Range<Int>) -> Int? {
    guard bytes.spells("ntfy.", at: host.lowerBound) else { return nil }
    let mark = end(of: host.upperBound, max: 6) { $0.isDigit || $0 == UInt8(ascii: ":") }
    guard byte(at: mark) == UInt8(ascii: "/") else { return nil }
    let topic = mark + 1..<end(of: mark + 1, max: 64) { $0.isNameByte || $0 == UInt8(ascii: "-") }
    let pages: [StaticString] = ["topic", "v1", "docs", "static", "app", "account", "login", "file"]
    guard !topic.isEmpty, !pages.contains(where: { isWord(topic, $0) }) else { return nil }
    hide(topic)
    return topic.upperBound
  }

  /// Paths that end with a credential on any host.
  private static let paths: [StaticString] = [
    "/hooks/", "/webhooks/", "/webhook/", "/webhook-test/", "/api/push/", "/api/v1/heartbeat/",
    "/incomingwebhook/", "/IncomingWebhook/",
  ]

  /// `/hooks/TOKEN`, `/hooks/ID/TOKEN`. Other paths have numbers and words there.
  private mutating func passSegments(at start: Int) -> Int {
    let end = end(of: start) { $0.isNameByte || $0 == UInt8(ascii: "-") }
    if bytes.isUUID(at: start)
      || (looksRandom(start..<end, least: 10) && (end - start >= 16 || isMixed(start..<end)))
    {
      let rest = self.end(of: end) { $0.isNameByte || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "/") }
      hide(start..<rest)
      return rest
    }
    guard end > start, byte(at: end) == UInt8(ascii: "/") else { return max(start, end) }
    let second = end + 1..<self.end(of: end + 1) { $0.isNameByte || $0 == UInt8(ascii: "-") }
    if looksRandom(second) || (second.count >= 8 && isMixed(second)) { hide(second) }
    return max(end, second.upperBound)
  }

  /// True for text with small letters, and several capital letters or digits.
  private func isMixed(_ text: Range<Int>) -> Bool {
    let text = bytes[text].prefix(256)
    return text.contains(where: \.isLower) && text.count { $0.isUpper || $0.isDigit } > 2
  }

  /// Paths that are credentials: of a Receiver of Flux, and of chat webhooks on any host.
  mutating func passHook(at index: Int) -> Int {
    if bytes.starts(with: "/hook/", at: index) {
      let start = index + 6
      let end = end(of: start) { $0.isNameByte || $0 == UInt8(ascii: "-") }
      hide(start..<end)
      return end
    }
    for path in CredentialScanner.paths where bytes.starts(with: path, at: index) {
      return passSegments(at: index + path.utf8CodeUnitCount)
    }
    return index + 1
  }

  // MARK: Pairs

  /// Words before a colon that are the kind of the name after it: `oidc:ann@example.com`.
  private static let kindsOfNames: [StaticString] = [
    "mailto", "email", "mail", "user", "username", "login", "account", "owner", "acct", "sip", "sips", "xmpp",
    "from", "to", "cc", "bcc", "sender", "recipient", "contact", "principal", "subject", "author", "npm",
    "pkg", "oidc", "sso", "system", "node", "github", "google", "keycloak", "dex", "ldap", "saml", "azure",
    "serviceaccount", "group", "iam", "kubernetes", "name", "by", "id", "revision", "chart", "image", "ref",
  ]

  /// `user:password@host:3306`, `user:password@tcp(host)`: a URL without its scheme.
  private mutating func passPair(at start: Int, _ nameEnd: Int) -> Int? {
    guard byte(at: nameEnd) == UInt8(ascii: ":"),
      start == 0 || bytes[start - 1] != UInt8(ascii: "/") || bytes.starts(with: "//", at: max(0, start - 2))
    else { return nil }
    let secret = nameEnd + 1
    guard let last = urlRun(at: secret).mark, last > secret else { return nil }
    let name = start..<nameEnd
    if isFunction(last + 1) {
      // The driver for MySQL takes everything before the last `@` as the password.
      hide(secret..<last)
      return last
    }
    let end = end(of: secret, max: 128) { !$0.endsURL && $0 != UInt8(ascii: "/") }
    guard let mark = (secret..<end).last(where: { bytes[$0] == UInt8(ascii: "@") }), mark > secret else {
      return passPairWithSlash(name, secret, last)
    }
    let hostEnd = self.end(of: mark + 1) { $0.isPartOfHostName }
    // The text is an image with a tag and a digest, or a package with a version.
    guard
      hostEnd > mark + 1 || byte(at: mark + 1) == UInt8(ascii: "[")
        || byte(at: mark + 1) == UInt8(ascii: "/"),
      !isDigest(at: mark + 1),
      !isVersion(secret..<mark), !isVersion(mark + 1..<hostEnd), !bytes[name].allSatisfy(\.isDigit)
    else { return nil }
    switch byte(at: hostEnd) {
    case UInt8(ascii: "/"): break
    case UInt8(ascii: ":") where byte(at: hostEnd + 1)?.isDigit == true: break
    default:
      guard
        looksRandom(secret..<mark) || !bytes[mark..<hostEnd].contains(UInt8(ascii: "."))
          || !CredentialScanner.kindsOfNames.contains(where: { isWord(name, $0) })
      else { return nil }
    }
    hide(secret..<mark)
    return mark
  }

  /// `ann:pa/ss@host`
  private mutating func passPairWithSlash(_ name: Range<Int>, _ secret: Int, _ mark: Int) -> Int? {
    let segment = secret..<end(of: secret, max: 128) { $0 != UInt8(ascii: "/") }
    guard mark - secret <= 128, isUserName(name), !segment.isEmpty,
      !bytes[segment].contains(UInt8(ascii: ".")), isPasswordWithSlash(secret..<mark),
      isHostOfPair(after: mark), !CredentialScanner.kindsOfNames.contains(where: { isWord(name, $0) })
    else { return nil }
    hide(secret..<mark)
    return mark
  }

  /// `tcp(`
  private func isFunction(_ start: Int) -> Bool {
    let end = end(of: start, max: 16) { $0.isLower || $0.isDigit }
    return end > start && byte(at: end) == UInt8(ascii: "(")
  }

  /// `1.25`, `v2.0.1`; an address of IPv4 has four numbers.
  private func isVersion(_ text: Range<Int>) -> Bool {
    let numbers = bytes[text].first == UInt8(ascii: "v") ? bytes[text].dropFirst() : bytes[text]
    return numbers.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") }
      && (1...2).contains(numbers.count { $0 == UInt8(ascii: ".") })
  }

  /// `jdbc:oracle:thin:user/password@host`, `sqlplus user/password@host`
  private mutating func passOracle(at start: Int, _ nameEnd: Int) -> Int? {
    guard byte(at: nameEnd) == UInt8(ascii: "/"),
      [":thin:", ":oci:", "sqlplus "].contains(where: {
        bytes.spells($0, at: start - $0.utf8CodeUnitCount)
      })
    else { return nil }
    let secret = nameEnd + 1
    let end = end(of: secret) { !$0.endsURL && $0 != UInt8(ascii: "@") }
    hide(secret..<end)
    return max(end, secret)
  }
}

extension UInt8 {
  /// `)`, `]`, `}`, `.`, `,`, `;`, `:`, `!`, `?`
  fileprivate var endsSentence: Bool { Array(")]}.,;:!?".utf8).contains(self) }

  fileprivate var isPartOfHostName: Bool {
    isAlphanumeric || self == UInt8(ascii: ".") || self == UInt8(ascii: "-")
  }
}
