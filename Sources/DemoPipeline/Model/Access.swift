/// How one API treats its clients.
struct Access: Sendable {
  /// The only token that is accepted.
  var token: String
  var isTokenRefused = false
  /// No request is answered until then.
  var limitedUntil: PipelineTime?
  /// The number of requests that count against the limit.
  var used = 0
}

/// How GitHub answers in addition to `Access`.
struct GitHubAccess: Sendable {
  enum Rename: Hashable, Sendable {
    case none
    /// Renamed on the same server.
    case here
    /// Answers with a redirect to this origin (`https://other.example`).
    case elsewhere(String)
  }

  var tokenExpires: PipelineTime?
  var requiresSSO = false
  /// The permission that the token lacks: `actions`, `contents`.
  var missingPermission: String?
  /// True if the token does not see the repository: everything is 404.
  var isHidden = false
  var rename = Rename.none
  /// A secondary limit: seconds for `retry-after`, 0 without that header.
  var secondaryLimit: Int?
}
