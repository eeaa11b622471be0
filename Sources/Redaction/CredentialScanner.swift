/// Finds the credentials in a text in one pass.
struct CredentialScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  /// True if the text continues after the bytes.
  let isCut: Bool
  private(set) var hidden: [HiddenPlace] = []
  /// True if the text contains an AWS key id. The matching secret can be recognized only by its length.
  private let namesAWSKey: Bool

  init(_ bytes: UnsafeBufferPointer<UInt8>, isCut: Bool) {
    self.bytes = bytes
    self.isCut = isCut
    namesAWSKey = bytes.indices.contains {
      bytes[$0] == UInt8(ascii: "A")
        && (bytes.starts(with: "AKIA", at: $0) || bytes.starts(with: "ASIA", at: $0))
    }
  }

  mutating func scan() -> [HiddenPlace] {
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte.isNameByte {
        index = passWord(at: index)
      } else if byte == UInt8(ascii: "-"),
        bytes.starts(with: "-----BEGIN ", at: index) || bytes.starts(with: "---- BEGIN ", at: index)
      {
        index = passKeyBlock(at: index)
      } else if byte == UInt8(ascii: "/"), bytes.starts(with: "/hook/", at: index) {
        // The path of a Receiver is a credential.
        let start = index + 6
        index = end(of: start) { $0.isNameByte || $0 == UInt8(ascii: "-") }
        hide(start..<index)
      } else if byte == UInt8(ascii: "/"), bytes.starts(with: "/hooks/", at: index) {
        // The path of a chat webhook. Other paths have numbers and words here.
        let start = index + 7
        index = end(of: start) { $0.isNameByte }
        if looksRandom(start..<index, least: 16) { hide(start..<index) }
      } else {
        index += 1
      }
    }
    return hidden
  }

  mutating func hide(_ range: Range<Int>, replacement: StaticString = "…") {
    guard !range.isEmpty, !isHiddenAlready(range) else { return }
    hidden.append(HiddenPlace(range: range, replacement: replacement))
  }

  /// True if the range is already `…` or `***`.
  private func isHiddenAlready(_ range: Range<Int>) -> Bool {
    if bytes[range].allSatisfy({ $0 == UInt8(ascii: "*") }) { return true }
    // `…` may appear twice if the text was shortened after it.
    return range.count % 3 == 0
      && stride(from: range.lowerBound, to: range.upperBound, by: 3).allSatisfy {
        bytes.starts(with: "…", at: $0)
      }
  }

  func end(of start: Int, while belongs: (UInt8) -> Bool) -> Int {
    var end = start
    while end < bytes.count, belongs(bytes[end]) { end += 1 }
    return end
  }

  func byte(at index: Int) -> UInt8? { bytes.indices.contains(index) ? bytes[index] : nil }

  func passBlanks(at index: Int, most: Int = .max) -> Int {
    var end = index
    while end < bytes.count, end - index < most, bytes[end].isBlank { end += 1 }
    return end
  }

  // MARK: Words

  /// - Returns: the index to continue at.
  private mutating func passWord(at start: Int) -> Int {
    if let end = TokenShape.end(in: bytes, at: start) {
      hide(start..<end)
      return end
    }
    if let end = awsSecretEnd(at: start) {
      hide(start..<end)
      return end
    }
    if bytes.starts(with: "Private-Lines: ", at: start) {
      // A PuTTY key, which ends with its MAC.
      hide(start + 15..<bytes.count, replacement: "(private key withheld)")
      return bytes.count
    }
    let end = end(of: start) { $0.isNameByte }
    if bytes.starts(with: "://", at: end) {
      return passURL(scheme: start..<end, authority: end + 3, slash: "/", at: UInt8(ascii: "@"))
    }
    // In JSON a slash may be escaped.
    for mark in [#":\/\/"#, #":\u002f\u002f"#] as [StaticString] where bytes.spells(mark, at: end) {
      return passEscapedURL(authority: end + mark.utf8CodeUnitCount)
    }
    if bytes.spells("%3a%2f%2f", at: end) { return passEncodedURL(authority: end + 9) }
    if let next = passPair(at: start, end) { return next }
    // A name may have hyphens, and each of its words may begin a credential.
    let nameEnd = self.end(of: start) { $0.isNameByte || $0 == UInt8(ascii: "-") }
    if start == 0 || bytes[start - 1] != UInt8(ascii: "-") || isFlag(at: start) {
      let name = start..<nameEnd
      if let next = passNamed(name) ?? passElement(name) ?? passValueOfName(name) { return next }
    }
    if let next = passSpoken(start..<end) { return next }
    if let next = passScheme(start..<end) { return next }
    return end
  }

  /// The end of an AWS secret: 40 letters, digits, `/` and `+`, with at least one capital letter, small
  /// letter and digit.
  private func awsSecretEnd(at start: Int) -> Int? {
    guard namesAWSKey, start == 0 || bytes[start - 1] != UInt8(ascii: "/") else { return nil }
    let end = end(of: start) { $0.isAlphanumeric || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "+") }
    let secret = bytes[start..<end]
    guard secret.count == 40, secret.contains(where: \.isUpper), secret.contains(where: \.isLower),
      secret.contains(where: \.isDigit)
    else { return nil }
    return end
  }

  /// Hides from `-----BEGIN … PRIVATE KEY-----` to the end of the last line of the key.
  private mutating func passKeyBlock(at start: Int) -> Int {
    let head = bytes[start..<min(start + 64, bytes.count)]
    guard head.indices.contains(where: { bytes.starts(with: "PRIVATE KEY", at: $0) }) else {
      return start + 11
    }
    var end = bytes.count
    for index in start + 11..<bytes.count where bytes.starts(with: "-----END ", at: index) {
      end = self.end(of: index + 9) { $0 != UInt8(ascii: "-") }
      end = self.end(of: end) { $0 == UInt8(ascii: "-") }
      break
    }
    hide(start..<end, replacement: "(private key withheld)")
    return end
  }

  // MARK: URLs

  /// `https://user:token@host` becomes `https://…@host`.
  private mutating func passURL(scheme: Range<Int>, authority start: Int, slash: StaticString, at mark: UInt8)
    -> Int
  {
    let run = end(of: start) { !$0.endsURL }
    let authorityEnd = min(run, end(of: start) { !$0.endsURL && !$0.endsAuthority })
    var userEnd = (start..<authorityEnd).last { bytes[$0] == mark }
    if userEnd == nil, hasNoPort(start..<authorityEnd) {
      // A password with an unescaped slash. Error messages quote such invalid URLs.
      userEnd = (authorityEnd..<run).last { bytes[$0] == mark }
    }
    if let userEnd {
      if !isPlainUser(start..<userEnd, scheme: scheme) { hide(start..<userEnd) }
      return passWebhook(host: userEnd + 1)
    }
    // A password with a blank or a quote. The URL is invalid, too.
    if hasNoPort(start..<authorityEnd), authorityEnd < bytes.count {
      let rest = authorityEnd + 1..<end(of: authorityEnd + 1) { $0 > 0x20 }
      if let mark = rest.last(where: { bytes[$0] == UInt8(ascii: "@") }) {
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
    let end = end(of: start) { !$0.endsURL && $0 != UInt8(ascii: "&") }
    guard
      let mark = (start..<end).last(where: { bytes.spells("%40", at: $0) || bytes[$0] == UInt8(ascii: "@") })
    else { return start }
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
    let hostEnd = end(of: start) { $0.isAlphanumeric || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
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

  /// `user:password@host:3306`, `user:password@tcp(host)`: a URL without its scheme.
  private mutating func passPair(at start: Int, _ nameEnd: Int) -> Int? {
    guard byte(at: nameEnd) == UInt8(ascii: ":"),
      start == 0 || bytes[start - 1] != UInt8(ascii: "/") || bytes.starts(with: "//", at: max(0, start - 2))
    else { return nil }
    let secret = nameEnd + 1
    let end = end(of: secret) { !$0.endsURL && $0 != UInt8(ascii: "/") }
    guard let mark = (secret..<end).last(where: { bytes[$0] == UInt8(ascii: "@") }), mark > secret else {
      return nil
    }
    let hostEnd = self.end(of: mark + 1) {
      $0.isAlphanumeric || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
    }
    // The text is an image with a tag and a digest.
    guard hostEnd > mark + 1, !bytes.spells("sha", at: mark + 1) else { return nil }
    switch byte(at: hostEnd) {
    case UInt8(ascii: "/"), UInt8(ascii: "("): break
    case UInt8(ascii: ":") where byte(at: hostEnd + 1)?.isDigit == true: break
    default:
      // `ann:hunter2@db.example`
      guard bytes[mark + 1..<hostEnd].contains(UInt8(ascii: ".")), looksRandom(secret..<mark) else {
        return nil
      }
    }
    hide(secret..<mark)
    return mark
  }
}

extension UInt8 {
  var isUpper: Bool { (0x41...0x5A).contains(self) }
  var isLower: Bool { (0x61...0x7A).contains(self) }
  var isDigit: Bool { (0x30...0x39).contains(self) }
  var isAlphanumeric: Bool { isUpper || isLower || isDigit }
  var isNameByte: Bool { isAlphanumeric || self == UInt8(ascii: "_") }
  var isBlank: Bool { self == 0x20 || self == 0x09 }
  var isQuote: Bool { self == 0x22 || self == 0x27 || self == 0x60 }

  /// Characters that end a URL in a text.
  fileprivate var endsURL: Bool { self <= 0x20 || isQuote || [0x3C, 0x3E, 0x5C, 0x7F].contains(self) }
  /// RFC 3986 §3.2
  fileprivate var endsAuthority: Bool {
    self == UInt8(ascii: "/") || self == UInt8(ascii: "?") || self == UInt8(ascii: "#")
  }
}
