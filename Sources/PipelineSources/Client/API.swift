/// The dialects of the two APIs.
package enum API: Hashable, Sendable {
  case gitHub, pulumi

  /// The name in texts.
  package var name: String {
    switch self {
    case .gitHub: "GitHub"
    case .pulumi: "Pulumi Cloud"
    }
  }

  /// The name of a source in documents.
  package var source: String {
    switch self {
    case .gitHub: "github"
    case .pulumi: "pulumi"
    }
  }

  /// The Accept header unless a request needs another one.
  var accept: String {
    switch self {
    case .gitHub: "application/vnd.github+json"
    case .pulumi: "application/vnd.pulumi+8"
    }
  }

  /// The lines that every request has.
  func headers(_ token: APIToken?) -> [String] {
    let authorization = token.map { token in
      switch self {
      case .gitHub: "Authorization: Bearer \(token.value)"
      case .pulumi: "Authorization: token \(token.value)"
      }
    }
    let version =
      switch self {
      case .gitHub: "X-GitHub-Api-Version: 2022-11-28"
      case .pulumi: "Content-Type: application/json"
      }
    return [version] + (authorization.map { [$0] } ?? [])
  }

  /// The headers of answers that are evaluated.
  static let responseHeaders: Set = [
    "location", "x-ratelimit-remaining", "x-ratelimit-reset", "x-github-sso",
    "x-accepted-github-permissions", "github-authentication-token-expiration",
  ]
}
