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
    // The text ends, or was shortened, before the host.
    if authorityEnd == bytes.count, isCut || hasNoPort(start..<authorityEnd) {
      hide(start..<bytes.count)
      return bytes.count
    }
    return passWebhook(host: start)
  }

  private mutating func passEscapedURL(authority start: Int) -> Int {
    let end = end(of: start) { !$0.endsURL && !$0.endsAuthority }
    guard let mark = (start..<end).last(where: { bytes[$0] == UInt8(ascii: "@") }) else { return start }
    hide(start..<mark)
    return mark
  }

  /// True if the text after the colon is not a port.
  private func hasNoPort(_ authority: Range<Int>) -> Bool {
    guard bytes[authority].first != UInt8(ascii: "["),
      let colon = authority.last(where: { bytes[$0] == UInt8(ascii: ":") })
    else { return false }
    return !bytes[colon + 1..<authority.upperBound].allSatisfy(\.isDigit)
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
    // The rest may contain other credentials.
    return max(start, hostEnd)
  }

  /// Paths that are credentials: of a Receiver of Flux, and of chat webhooks on any host.
  mutating func passHook(at index: Int) -> Int {
    if bytes.starts(with: "/hook/", at: index) {
      let start = index + 6
      let end = end(of: start) { $0.isNameByte || $0 == UInt8(ascii: "-") }
      hide(start..<end)
      return end
    }
    if bytes.starts(with: "/hooks/", at: index) {
      // Other paths have numbers and words here.
      let start = index + 7
      let end = end(of: start) { $0.isNameByte }
      if looksRandom(start..<end, least: 16) { hide(start..<end) }
      return end
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
    let end = end(of: secret, most: 128) { !$0.endsURL && $0 != UInt8(ascii: "/") }
    guard let mark = (secret..<end).last(where: { bytes[$0] == UInt8(ascii: "@") }), mark > secret else {
      return nil
    }
    let hostEnd = self.end(of: mark + 1) { $0.isPartOfHostName }
    // The text is an image with a tag and a digest, or a package with a version.
    guard hostEnd > mark + 1 || byte(at: mark + 1) == UInt8(ascii: "["), !bytes.spells("sha", at: mark + 1),
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

  /// `tcp(`
  private func isFunction(_ start: Int) -> Bool {
    let end = end(of: start, most: 16) { $0.isLower || $0.isDigit }
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
  fileprivate var isPartOfHostName: Bool {
    isAlphanumeric || self == UInt8(ascii: ".") || self == UInt8(ascii: "-")
  }
}
