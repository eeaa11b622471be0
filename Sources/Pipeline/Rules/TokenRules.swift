package import Health

/// The verdict about a token with which the guard reads the pipeline.
package enum TokenRules {
  private static let warning: Duration = .seconds(14 * 86_400)
  private static let critical: Duration = .seconds(3 * 86_400)

  /// nil while the token is valid for long enough.
  ///
  /// - Parameters:
  ///   - source: `github`
  ///   - api: `GitHub`
  ///   - place: where a person puts the new token.
  package static func finding(
    expires: Timestamp, source: String, api: String, place: String, now: Timestamp
  ) -> Observation.Finding? {
    let left = expires - now
    guard left < warning else { return nil }
    let words =
      left > .zero ? "expires in \(left.humanDuration)" : "expired \((.zero - left).humanDuration) ago"
    return Observation.Finding(
      .pipeline(.tokenExpiring), ["source": source, "api": api, "expires": words, "place": place],
      subject: "token for \(api)",
      detail: "it \(left > .zero ? "expires" : "expired") at \(expires.toTheSecond)",
      severity: left < critical ? .critical : .warning)
  }
}
