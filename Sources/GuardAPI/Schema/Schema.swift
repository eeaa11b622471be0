/// The name and version of a document, for example `oceanid.status/1`.
///
/// Within a major version, fields are added but never removed. A reader refuses other major versions.
package struct Schema: Hashable, Sendable, CustomStringConvertible {
  package let name: String
  package let major: Int

  package static let status = Schema(name: "oceanid.status", major: 1)
  package static let history = Schema(name: "oceanid.history", major: 1)

  package static let roundTrips = Schema(name: "oceanid.roundtrips", major: 1)
  package static let doctor = Schema(name: "oceanid.doctor", major: 1)
  package static let guardView = Schema(name: "oceanid.guard-view", major: 1)
  package static let diff = Schema(name: "oceanid.diff", major: 1)
  package static let incidents = Schema(name: "oceanid.incidents", major: 1)
  package static let alerts = Schema(name: "oceanid.alerts", major: 1)
  package static let preflight = Schema(name: "oceanid.preflight", major: 1)
  package static let notice = Schema(name: "oceanid.notice", major: 1)

  package init(name: String, major: Int) {
    self.name = name
    self.major = major
  }

  package init?(_ text: String) {
    guard let slash = text.lastIndex(of: "/"), let major = Int(text[text.index(after: slash)...]) else {
      return nil
    }
    self.init(name: String(text[..<slash]), major: major)
  }

  package var description: String { "\(name)/\(major)" }
}

/// The reason why bytes are not a document of this version.
package enum DocumentError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Not JSON, or a field has a wrong type.
  case malformed(String)
  /// Another document, or another major version.
  case unexpectedSchema(String, expected: String)

  package var description: String {
    switch self {
    case .malformed(let detail): "the response is not the requested document: \(detail)"
    case .unexpectedSchema(let found, let expected):
      "the daemon sent \(found), but this client expects \(expected): install oceanid-ctl of the daemon's version"
    }
  }
}
