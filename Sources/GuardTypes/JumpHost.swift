/// One hop of ProxyJump, which is a comma-separated list (ssh_config(5)).
package struct JumpHost: Hashable, Sendable, CustomStringConvertible {
  /// nil selects the user that ssh_config has for `host`.
  package let user: String?
  package let host: String
  package let port: UInt16?

  /// How the message of a failure begins that is about a jump host, not about the host itself.
  package static let place = "jump host"

  /// More jump hosts before one server than any real configuration needs.
  package static let maximumHops = 8

  /// Parses `[user@]host[:port]` or `ssh://[user@]host[:port]`, with an IPv6 address in brackets; nil for anything
  /// else.
  package init?(_ text: some StringProtocol) {
    var rest = text.hasPrefix("ssh://") ? String(text.dropFirst(6)) : String(text)
    // ssh(1) accepts a slash at the end of the URI form.
    if text.hasPrefix("ssh://"), rest.hasSuffix("/") { rest.removeLast() }
    // A user name may contain an @, a host name may not.
    if let at = rest.lastIndex(of: "@") {
      user = String(rest[..<at])
      rest = String(rest[rest.index(after: at)...])
    } else {
      user = nil
    }
    let port: Substring?
    if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
      host = String(rest[rest.index(after: rest.startIndex)..<end])
      let tail = rest[rest.index(after: end)...]
      guard tail.isEmpty || tail.hasPrefix(":") else { return nil }
      port = tail.isEmpty ? nil : tail.dropFirst()
    } else if let colon = rest.firstIndex(of: ":"), colon == rest.lastIndex(of: ":") {
      host = String(rest[..<colon])
      port = rest[rest.index(after: colon)...]
    } else {
      host = rest
      port = nil
    }
    let number = port.flatMap { UInt16($0) }
    guard user != "", user?.hasPrefix("ssh://") != true, !host.isEmpty, !host.hasPrefix("-"),
      !host.contains(where: { $0.isWhitespace || $0 == "[" || $0 == "]" }),
      // Only an IPv6 address contains colons; an interface name may follow after a %.
      !host.contains(":")
        || host.prefix(while: { $0 != "%" }).allSatisfy({ $0.isHexDigit || ":.".contains($0) }),
      port == nil || (number ?? 0) > 0
    else { return nil }
    self.port = number
  }

  /// The value of ProxyJump without its quotes. ssh(1) keeps them, and the shell that runs its command for the hop
  /// removes them.
  package static func unquoted(_ value: String) -> String {
    var result = ""
    var quote: Character?
    for character in value {
      if character == quote {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" {
        quote = character
      } else {
        result.append(character)
      }
    }
    return quote == nil ? result : value
  }

  package var description: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return (user.map { "\($0)@" } ?? "") + name + (port.map { ":\($0)" } ?? "")
  }
}
