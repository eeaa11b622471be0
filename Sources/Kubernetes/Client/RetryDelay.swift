internal import Curl
internal import Health

/// A Retry-After delay (RFC 9110 §10.2.3) with the failure that caused it.
struct RetryDelay {
  let until: ContinuousClock.Instant
  let failure: PollFailure

  /// Longer delays are cut, because another server may answer at that address by then.
  private static let longest: Duration = .seconds(300)

  /// nil if the server sends none. Dates are not supported: API servers send seconds.
  static func requested(by response: Response) -> Duration? {
    guard response.status == 429 || (500...599).contains(response.status),
      let seconds = response.retryAfter.flatMap({ UInt32($0) })
    else { return nil }
    return min(.seconds(Int64(seconds)), longest)
  }
}
