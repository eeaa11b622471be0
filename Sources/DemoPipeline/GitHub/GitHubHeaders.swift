/// The headers that GitHub adds to every answer.
enum GitHubHeaders {
  /// Requests per hour and user.
  static let limit = 5000

  /// The answer with its validators, limits and the facts about the token.
  ///
  /// - Parameter used: the requests that counted so far, this one included.
  static func complete(
    _ answer: Answer, _ request: Request, _ state: PipelineState, used: Int, at now: PipelineTime
  ) -> Answer {
    var answer = answer
    if answer.status == 200 { validate(&answer, request) }
    let isLimited = state.gitHub.limitedUntil.map { now < $0 } ?? false
    let reset = state.gitHub.limitedUntil ?? now.advanced(seconds: 3600 - now.epoch % 3600)
    answer.headers += [
      ("X-RateLimit-Limit", "\(limit)"),
      ("X-RateLimit-Remaining", "\(isLimited ? 0 : max(0, limit - used))"),
      ("X-RateLimit-Used", "\(isLimited ? limit : used)"), ("X-RateLimit-Reset", "\(reset.epoch)"),
      ("X-RateLimit-Resource", "core"), ("X-GitHub-Media-Type", "github.v3; format=json"),
      ("X-GitHub-Request-Id", "DEMO:\(used):\(now.epoch)"), ("Server", "github.com"),
    ]
    let isKnown = request.credential?.token == state.gitHub.token && !state.gitHub.isTokenRefused
    if isKnown, let expires = state.gitHubAccess.tokenExpires {
      answer.headers.append(("github-authentication-token-expiration", expires.withZoneName))
    }
    return answer
  }

  /// Adds the ETag, which depends on the token, and answers 304 if the client has it.
  private static func validate(_ answer: inout Answer, _ request: Request) {
    let own = answer.headers.first { $0.0 == "ETag" }?.1
    let tag =
      own ?? "W/\"\(Digest.hex(answer.body + Array((request.credential?.token ?? "").utf8), digits: 64))\""
    if own == nil { answer.headers.append(("ETag", tag)) }
    answer.headers += [
      ("Cache-Control", "private, max-age=60, s-maxage=60"),
      ("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept"),
    ]
    guard let known = request.header("if-none-match") else { return }
    // The comparison is weak (RFC 9110 §8.8.3.2).
    func opaque(_ tag: some StringProtocol) -> Substring {
      let tag = Substring(tag).drop { $0 == " " }
      return tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    }
    if known.split(separator: ",").contains(where: { opaque($0) == opaque(tag) }) {
      (answer.status, answer.body) = (304, [])
    }
  }
}
