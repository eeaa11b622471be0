internal import Tunnel

/// `https://host[:port]/path?query`, without user, password and fragment.
///
/// Paths are often secrets: a webhook's path is sufficient to call it. Only the origin is ever shown.
package struct WebAddress: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  /// True if the scheme is https.
  package let isEncrypted: Bool
  /// Host and port as written: `[::1]:9093`
  package let authority: String
  /// Empty, or with its leading slash.
  package let path: String
  /// Empty, or with its leading question mark.
  package let query: String

  /// The reason why a text is not a valid address. It repeats no part of the text, which may be a secret.
  package struct Mistake: Error, Hashable {
    /// The end of a sentence in an error message.
    package let reason: String
  }

  package init(_ text: String) throws(Mistake) {
    func mistake(_ reason: String) -> Mistake { Mistake(reason: reason) }
    let rest: Substring
    if text.hasPrefix("https://") {
      (isEncrypted, rest) = (true, text.dropFirst(8))
    } else if text.hasPrefix("http://") {
      (isEncrypted, rest) = (false, text.dropFirst(7))
    } else {
      throw mistake("an address that begins with https:// is expected")
    }
    guard text.utf8.count <= 2048, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("#")
    else { throw mistake("an address has printable ASCII characters and no '#', at most 2048") }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard !authority.contains("@") else {
      throw mistake(
        "an address must not contain a user or password: use the keys 'user', 'password' and 'token'")
    }
    if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      let port = authority[authority.index(after: colon)...]
      guard let number = Int(port), (1...65_535).contains(number) else {
        throw mistake("the port of an address is a number from 1 to 65535")
      }
    }
    guard WebAddress.isAuthority(String(authority)) else {
      throw mistake("the address names no host, as in https://alerts.example.org/hook")
    }
    self.authority = String(authority)
    let place = rest.dropFirst(authority.count)
    path = String(place.prefix { $0 != "?" })
    query = String(place.dropFirst(path.count))
  }

  private init(isEncrypted: Bool, authority: String, path: String, query: String) {
    self.isEncrypted = isEncrypted
    self.authority = authority
    self.path = path
    self.query = query
  }

  /// `https://host`
  init(host: String) { self.init(isEncrypted: true, authority: host, path: "", query: "") }

  private static func isAuthority(_ text: String) -> Bool {
    // With its own port, or with any port added.
    HostPort(text) != nil || HostPort("\(text):1") != nil
  }

  /// The whole address, which may be a secret.
  package var url: String { origin + path + query }

  /// `https://alerts.example.org`: the part that is not secret.
  package var origin: String { "\(isEncrypted ? "https" : "http")://\(authority)" }

  /// The name or address without brackets.
  package var host: String { (HostPort(authority) ?? HostPort("\(authority):1"))?.host ?? "" }

  /// The port, or the one of the scheme.
  package var port: UInt16 { HostPort(authority)?.port ?? (isEncrypted ? 443 : 80) }

  /// True if the host is this machine.
  package var isLoopback: Bool { host == "localhost" || IPAddress(host)?.isLoopback == true }

  /// The address with an appended path: `…/api` and `/v2/alerts`.
  package func appending(_ more: String) -> WebAddress {
    let base = path.hasSuffix("/") ? String(path.dropLast()) : path
    return WebAddress(isEncrypted: isEncrypted, authority: authority, path: base + more, query: query)
  }

  /// The last part of the path, and the address without it; nil if there is none.
  package var leaf: (parent: WebAddress, name: String)? {
    guard let slash = path.lastIndex(of: "/") else { return nil }
    let name = path[path.index(after: slash)...]
    guard !name.isEmpty else { return nil }
    return (
      WebAddress(isEncrypted: isEncrypted, authority: authority, path: String(path[..<slash]), query: query),
      String(name)
    )
  }

  package var description: String { origin }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension WebAddress {
  /// The reason why nothing may be sent to the address; nil if sending is allowed.
  package func exposure(isInsecure: Bool) -> String? {
    guard !isEncrypted, !isLoopback, !isInsecure else { return nil }
    return
      "\(origin) is not encrypted: use https://, or say 'insecure: true' beside it where that network is your own"
  }
}
