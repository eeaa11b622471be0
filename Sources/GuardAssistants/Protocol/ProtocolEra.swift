import GuardConnection

/// The two forms of the Model Context Protocol. Each request states which one it follows, because clients mix them.
enum ProtocolEra: Hashable, Sendable {
  /// Up to revision 2025-11-25, with `initialize`.
  case legacy
  /// Revision 2026-07-28: without a handshake, each request names its revision.
  case modern

  static let modernVersion = "2026-07-28"
  /// The newest last.
  static let legacyVersions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
  static let newestLegacyVersion = "2025-11-25"

  private static let versionKey = "io.modelcontextprotocol/protocolVersion"
  private static let capabilitiesKey = "io.modelcontextprotocol/clientCapabilities"
  static let serverInfoKey = "io.modelcontextprotocol/serverInfo"
  static let subscriptionKey = "io.modelcontextprotocol/subscriptionId"

  /// The methods of the modern form alone.
  private static let modernMethods = ["server/discover", "subscriptions/listen"]

  /// The form of a request (revision 2026-07-28, "Per-request protocol fields").
  static func of(_ method: String, _ params: [String: JSONValue]) throws(ProtocolError) -> ProtocolEra {
    let meta = params["_meta"]?.fields ?? [:]
    guard let version = meta[versionKey] else {
      guard modernMethods.contains(method) else { return .legacy }
      throw ProtocolError(.invalidParams, "params._meta lacks \(versionKey)")
    }
    guard meta[capabilitiesKey]?.fields != nil else {
      throw ProtocolError(.invalidParams, "params._meta lacks \(capabilitiesKey), an object")
    }
    guard let version = version.text else {
      throw ProtocolError(.invalidParams, "\(versionKey) must be a string")
    }
    guard version == modernVersion else {
      throw ProtocolError(
        .unsupportedVersion, "unsupported protocol version",
        data: ["supported": [.string(modernVersion)], "requested": .string(version)])
    }
    return .modern
  }

  /// A result with the fields of this form.
  ///
  /// - Parameter isCacheable: true for lists, discovery and reads. Without `ttlMs` clients refuse those.
  func result(_ fields: [String: JSONValue], isCacheable: Bool = false, meta: [String: JSONValue] = [:])
    -> JSONValue
  {
    guard self == .modern else { return .object(fields) }
    var fields = fields
    fields["resultType"] = "complete"
    fields["_meta"] = .object([ProtocolEra.serverInfoKey: ServerIdentity.json].merging(meta) { $1 })
    if isCacheable {
      fields["ttlMs"] = 0
      fields["cacheScope"] = "private"
    }
    return .object(fields)
  }
}
