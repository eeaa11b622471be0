internal import Curl
internal import Health

/// How long a server wants to be left alone (Retry-After, RFC 9110 §10.2.3), and what it said.
struct Pause {
  let until: ContinuousClock.Instant
  let failure: PollFailure

  /// A server that asks for longer is asked again all the same: it may be another one by then.
  private static let longest: Duration = .seconds(300)

  /// Nil where the server asks for none. Dates are not taken: API servers send seconds.
  static func asked(by response: Response) -> Duration? {
    guard response.status == 429 || (500...599).contains(response.status),
      let seconds = response.retryAfter.flatMap({ UInt32($0) })
    else { return nil }
    return min(.seconds(Int64(seconds)), longest)
  }
}
