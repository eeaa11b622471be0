internal import Curl
internal import Health

/// The limits of an API, from the headers of an answer.
struct RateLimit: Hashable {
  /// `x-ratelimit-remaining`
  let remaining: Int?
  /// `x-ratelimit-reset`
  let reset: Timestamp?
  /// `retry-after`, in seconds.
  let retryAfter: Duration?

  /// Longer waits are cut, because a server may err.
  static let longest: Duration = .seconds(3600)

  init(_ response: Response) {
    remaining = response.headers["x-ratelimit-remaining"].flatMap { Int($0) }
    reset = response.headers["x-ratelimit-reset"].flatMap { UInt32($0) }.map { Timestamp(seconds: Int64($0)) }
    retryAfter = response.retryAfter.flatMap { UInt32($0) }.map { .seconds(Int64($0)) }
  }

  /// The time until which nothing may be asked, if the server says that a limit is reached.
  func end(at now: Timestamp) -> Timestamp? {
    if let retryAfter { return now + min(retryAfter, RateLimit.longest) }
    guard remaining == 0 else { return nil }
    let reset = reset ?? now + .seconds(60)
    return min(max(reset, now + .seconds(1)), now + RateLimit.longest)
  }
}
