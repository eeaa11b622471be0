extension Kubeconfig.Server {
  /// Parses `cluster.server`. Without a scheme, TLS settings in the cluster entry select https, as in client-go.
  ///
  /// nil if it is not the URL of an API server: other schemes, user names, queries, a port out of range.
  init?(url: String, hasTLSSettings: Bool) {
    var rest = Substring(url)
    if rest.hasPrefix("https://") {
      scheme = "https"
      rest = rest.dropFirst(8)
    } else if rest.hasPrefix("http://") {
      scheme = "http"
      rest = rest.dropFirst(7)
    } else {
      // "host:port/…" contains a colon too; only "://" ends a scheme.
      var colons = rest.drop { $0 != ":" }.dropFirst()
      if colons.popFirst() == "/", colons.first == "/" { return nil }
      scheme = hasTLSSettings ? "https" : "http"
    }
    // Printable ASCII only, because the text becomes part of a request line.
    guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
      !rest.contains(where: { "@?#\\\"<>".contains($0) })
    else { return nil }

    let authority = rest.prefix { $0 != "/" }
    var prefix = rest[authority.endIndex...]
    while prefix.last == "/" { prefix.removeLast() }
    pathPrefix = String(prefix)

    var portText: Substring?
    if authority.first == "[" {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = String(authority[authority.index(after: authority.startIndex)..<end])
      let after = authority[authority.index(after: end)...]
      guard host.contains(":"), after.isEmpty || after.first == ":" else { return nil }
      if !after.isEmpty { portText = after.dropFirst() }
    } else if let colon = authority.firstIndex(of: ":") {
      host = String(authority[..<colon])
      portText = authority[authority.index(after: colon)...]
    } else {
      host = String(authority)
    }
    guard !host.isEmpty else { return nil }
    if let portText {
      guard portText.allSatisfy(\.isNumber), let number = UInt16(portText), number > 0 else { return nil }
      port = number
    } else {
      port = scheme == "https" ? 443 : 80
    }
  }
}
