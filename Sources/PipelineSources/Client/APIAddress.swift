internal import Curl

/// The address of an API: `https://github.example.org/api/v3`.
package struct APIAddress: Hashable, Sendable {
  package let isEncrypted: Bool
  /// A name or address without brackets.
  package let host: String
  package let port: UInt16
  /// Empty, or a path with its leading slash and without one at its end.
  package let path: String

  package init(isEncrypted: Bool, host: String, port: UInt16, path: String = "") {
    self.isEncrypted = isEncrypted
    self.host = host
    self.port = port
    self.path = String(
      path.prefix(upTo: path.lastIndex { $0 != "/" }.map(path.index(after:)) ?? path.startIndex))
  }

  var origin: Origin { Origin(scheme: isEncrypted ? .https : .http, host: host, port: port) }

  /// The path and query of a redirect to the same host; nil for another host, scheme or port, or for anything that can't
  /// be sent.
  ///
  /// - Parameter current: the path that was asked.
  func target(ofRedirect location: String, from current: String) -> String? {
    guard (1...4096).contains(location.utf8.count), location.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      return nil
    }
    let withoutFragment = String(location.prefix { $0 != "#" })
    if withoutFragment.hasPrefix("/"), !withoutFragment.hasPrefix("//") { return withoutFragment }
    let scheme = isEncrypted ? "https://" : "http://"
    guard withoutFragment.lowercased().hasPrefix(scheme) else { return nil }
    let rest = withoutFragment.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" }.lowercased()
    let name = host.contains(":") ? "[\(host.lowercased())]" : host.lowercased()
    let isDefaultPort = port == (isEncrypted ? 443 : 80)
    guard authority == "\(name):\(port)" || isDefaultPort && authority == name else { return nil }
    let path = rest.dropFirst(authority.count)
    return path.hasPrefix("/") ? String(path) : nil
  }
}
