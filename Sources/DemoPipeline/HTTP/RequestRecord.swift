/// An API of the demo.
package enum DemoAPI: String, CaseIterable, Sendable {
  case github, pulumi
}

/// An entry of the request log.
package struct RequestRecord: Hashable, Sendable, CustomStringConvertible {
  package let api: DemoAPI
  package let method: String
  /// Path and query as sent.
  package let target: String
  /// The token as presented; nil without one.
  package let token: String?
  /// True if the request named an ETag.
  package let isConditional: Bool
  /// 0 if no status line was sent.
  package let status: Int

  /// The target without its query.
  package var path: String { String(target.prefix { $0 != "?" }) }

  /// The request without its token.
  package var description: String { "\(api.rawValue) \(method) \(target) \(status)" }
}
