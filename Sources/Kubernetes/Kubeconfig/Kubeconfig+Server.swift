extension Kubeconfig.Server {
  /// Parses `cluster.server`. Without a scheme it is http, as in kubectl, which reads the TLS settings only of a server
  /// with https.
  ///
  /// nil if it is not the URL of an API server: other schemes, user names, queries, a port out of range.
  init?(url: String) {
    var rest = Substring(url)
    if let separator = rest.firstRange(of: "://") {
      // A scheme is not case-sensitive (RFC 3986 §3.1).
      scheme = rest[..<separator.lowerBound].lowercased()
      guard ["https", "http"].contains(scheme) else { return nil }
      rest = rest[separator.upperBound...]
    } else {
      scheme = "http"
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
