/// Takes out of a message what must not be shown: credentials in URLs, bearer tokens, webhook paths.
public func redacted(_ message: String) -> String {
  let limit = 1024
  let text =
    message.unicodeScalars.count > limit ? String(message.unicodeScalars.prefix(limit)) + "…" : message
  return hidingWebhookPaths(hidingCredentials(hidingTokens(text)))
}

/// `https://user:token@host` becomes `https://…@host`.
private func hidingCredentials(_ text: String) -> String {
  var result = ""
  var rest = text[...]
  while let scheme = rest.firstRange(ofASCII: "://") {
    result += rest[..<scheme.upperBound]
    rest = rest[scheme.upperBound...]
    let authority = rest.prefix { !"/ \t\n\"'?#".contains($0) }
    if let at = authority.lastIndex(of: "@") {
      result += "…"
      rest = rest[at...]
    }
  }
  return result + rest
}

/// What follows `Bearer `, `token=`, `access_token=` or `password=` is a secret.
private func hidingTokens(_ text: String) -> String {
  var result = text
  for mark in ["Bearer ", "bearer ", "token=", "password=", "Token=", "Password="] {
    var shown = ""
    var rest = result[...]
    while let found = rest.firstRange(ofASCII: mark) {
      shown += rest[..<found.upperBound] + "…"
      rest = rest[found.upperBound...].drop { !" \t\n\"'&,;".contains($0) }
    }
    result = shown + rest
  }
  return result
}

/// A Receiver's path is the right to call it: `/hook/3b1f…` becomes `/hook/…`.
private func hidingWebhookPaths(_ text: String) -> String {
  var result = ""
  var rest = text[...]
  while let found = rest.firstRange(ofASCII: "/hook/") {
    result += rest[..<found.upperBound] + "…"
    rest = rest[found.upperBound...].drop { $0.isHexDigit }
  }
  return result + rest
}

extension Substring {
  /// The first place of `needle`, which is plain ASCII.
  fileprivate func firstRange(ofASCII needle: String) -> Range<Index>? {
    let wanted = Array(needle.utf8)
    var start = utf8.startIndex
    while start < utf8.endIndex {
      if utf8[start...].starts(with: wanted) {
        return start..<utf8.index(start, offsetBy: wanted.count)
      }
      start = utf8.index(after: start)
    }
    return nil
  }
}
