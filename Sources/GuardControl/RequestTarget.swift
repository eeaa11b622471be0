internal import GuardAPI

/// The requested resource, after a check that the request's host is this guard (RFC 9112 §3.2).
struct RequestTarget: Hashable {
  /// Path and query: the origin form.
  let origin: String

  var path: String { String(origin.prefix { $0 != "?" }) }
  var query: Query { Query(origin) }

  enum Refusal: Error, Hashable {
    /// 400: the request does not name a single host.
    case malformed(String)
    /// 403: the request is meant for another host.
    case foreign
  }

  private static let ownHosts: Set = [Route.host, "localhost"]

  /// - Parameters:
  ///   - target: as written in the request line.
  ///   - hosts: the values of all Host fields.
  init(_ target: String, hosts: [String]) throws(Refusal) {
    // RFC 9112 §3.2: more than one Host field, or an invalid one, is answered with 400.
    guard hosts.count <= 1 else { throw .malformed("a request has one Host header") }
    var field: Authority?
    if let host = hosts.first {
      guard let authority = Authority(host) else { throw .malformed("the Host header names no host") }
      field = authority
    }
    guard let (named, origin) = try RequestTarget.absolute(target) else {
      self.origin = target
      guard let field, RequestTarget.ownHosts.contains(field.host) else { throw .foreign }
      return
    }
    // RFC 9112 §3.2.2: in the absolute form, the target's authority overrides the Host field. If the two
    // differ, neither the client nor a proxy can be trusted.
    guard RequestTarget.ownHosts.contains(named.host) else { throw .foreign }
    guard field == nil || field == named else {
      throw .malformed("the Host header names another host than the request's target")
    }
    self.origin = origin
  }

  /// Authority and origin form of `scheme://authority/path?query`; nil for any other form.
  private static func absolute(_ target: String) throws(Refusal) -> (Authority, String)? {
    guard !target.hasPrefix("/"), let colon = target.firstIndex(of: ":"),
      target[colon...].hasPrefix("://")
    else { return nil }
    guard target[..<colon].lowercased() == "http" else {
      throw .malformed("the scheme of a request's target is http")
    }
    let rest = target[colon...].dropFirst("://".count)
    let authority = rest.prefix { !"/?#".contains($0) }
    guard let named = Authority(String(authority)) else {
      throw .malformed("the request's target names no host")
    }
    let origin = rest[authority.endIndex...]
    return (named, origin.hasPrefix("/") ? String(origin) : "/" + origin)
  }

  /// `uri-host [ ":" port ]` (RFC 9110 §7.2). User information is refused, as §4.2.4 advises.
  private struct Authority: Hashable {
    let host: String
    let port: Int

    /// Returns nil for an invalid authority.
    init?(_ text: String) {
      let host = text.hasPrefix("[") ? text.prefix { $0 != "]" } + "]" : text.prefix { $0 != ":" }
      guard !host.isEmpty, text.hasPrefix(host),
        host.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"/?#@\\\"<>^`{|}".utf8.contains($0) })
      else { return nil }
      let rest = text.dropFirst(host.count)
      let digits = rest.dropFirst()
      guard rest.isEmpty || rest.hasPrefix(":"), digits.utf8.count <= 5,
        digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
      else { return nil }
      self.host = host.lowercased()
      // The default port is 80 (RFC 9110 §4.2.1).
      self.port = Int(digits) ?? 80
    }
  }
}
