package import Health

/// Why a request to GitHub, Pulumi Cloud or a checkout failed. It makes a stage unknown, not the cluster.
package struct SourceFailure: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The token is missing, invalid or expired.
    case token
    /// The token lacks a right.
    case forbidden
    /// There is no such object, or the token may not see it.
    case missing
    /// The API understands the request and rejects it: HTTP 422, for example for a name that is not a commit.
    case rejected
    /// A limit of the API.
    case limited
    /// No answer, or a failure of the server.
    case unreachable
    /// An answer that can't be used.
    case unreadable
  }

  package let kind: Kind
  /// The cause, without secrets, on one line.
  package let message: String
  package let step: NextStep
  /// No request is sent before this time.
  package let until: Timestamp?

  package init(_ kind: Kind, _ message: String, step: NextStep = NextStep(), until: Timestamp? = nil) {
    self.kind = kind
    self.message = message
    self.step = step
    self.until = until
  }
}
