package import Health

/// The verdict about a token with which the guard reads the pipeline.
package enum TokenRules {
  private static let warning: Duration = .seconds(14 * 86_400)
  private static let critical: Duration = .seconds(3 * 86_400)

  /// A source that refuses the guard, which only a person can end; nil for another failure.
  ///
  /// - Parameters:
  ///   - source: `github`
  ///   - api: `GitHub`
  ///   - expires: when the token expires; nil if it does not or that is not known.
  static func refusal(
    _ failure: SourceFailure, source: String, api: String, expires: Timestamp?, now: Timestamp
  ) -> Observation.Finding? {
    guard [.token, .forbidden, .missing].contains(failure.kind) else { return nil }
    // That it has expired is a problem of its own.
    if failure.kind == .token, let expires, expires <= now { return nil }
    return Observation.Finding(
      .pipeline(.accessRefused), ["source": source, "api": api], subject: "pipeline \(source)",
      detail: failure.message, step: failure.step.lines.isEmpty ? nil : failure.step)
  }

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
