internal import Curl
internal import GuardTypes
package import Health
package import Pipeline
internal import Platform
internal import Redaction

/// Sends GET requests to one API, one at a time, and nothing else. It observes the API's limits, asks again with a
/// refused token only when its file changes, and repeats unchanged answers from memory.
///
/// A request blocks its thread. Use it from one thread at a time.
package final class APIClient {
  private struct Refused {
    let stamp: SmallFile.Stamp?
    let failure: SourceFailure

    func isInForce(_ stamp: SmallFile.Stamp?, at now: Timestamp) -> Bool {
      stamp == self.stamp && failure.until.map { $0 > now } ?? false
    }
  }

  /// The limits of one answer. GitHub ends what takes it ten seconds.
  private static let limits = Limits(
    bodyBytes: 10 << 20, streamedBytes: 0, totalBytes: 12 << 20, bufferedBytes: 12 << 20,
    headerBytes: 64 << 10,
    maxConcurrentRequests: 1, connectTimeout: .seconds(5))
  private static let timeout: Duration = .seconds(15)
  private static let maxRedirects = 3
  /// More paths are not remembered as refused.
  private static let maxRefusedPaths = 64

  package let api: API
  package let address: APIAddress
  private let source: TokenSource?
  private let clock: @Sendable () -> Timestamp
  private let cancellation: Cancellation
  private let timeout: Duration
  private var client: Client
  private var cache = AnswerCache()
  private var pause: SourceFailure?
  /// The server did not answer in this round, and is not asked again before the next one.
  private var outage: SourceFailure?
  /// When the round ends, and how long it was.
  private var roundEnd: (at: ContinuousClock.Instant, length: Duration)?
  private var refusedToken: Refused?
  private var refusedPaths: [String: Refused] = [:]
  private var limitsInRow = 0
  private var lastToken: APIToken?
  /// The answers so far.
  package private(set) var counts = RequestCounts()
  /// When the token expires, as the last answer says; nil if it does not or that is not known.
  package private(set) var tokenExpires: Timestamp?

  /// - Parameters:
  ///   - source: nil for requests without a login.
  ///   - timeout: of one request.
  /// - Throws: `SourceFailure` if libcurl can't be used.
  package init(
    _ api: API, at address: APIAddress, token source: TokenSource?, cancellation: APICancellation,
    timeout: Duration? = nil, clock: @escaping @Sendable () -> Timestamp
  ) throws(SourceFailure) {
    self.api = api
    self.address = address
    self.source = source
    self.cancellation = cancellation.cancellation
    self.timeout = timeout ?? APIClient.timeout
    self.clock = clock
    do throws(CurlError) {
      client = try Client(origin: address.origin, limits: APIClient.limits)
    } catch {
      throw SourceFailure(.unreachable, "\(api.name) can't be asked: \(error.detail)")
    }
  }

  /// Where a person puts the token; nil without one.
  package var tokenPlace: String? { source?.place }

  /// No request is sent before this time; nil if the next request is sent.
  package var pausedUntil: Timestamp? {
    let now = clock()
    if let until = pause?.until, until > now { return until }
    guard let refusedToken, refusedToken.stamp == source?.stamp(), let until = refusedToken.failure.until,
      until > now
    else { return nil }
    return until
  }

  /// Begins a round of requests. A server that does not answer one of them does not get the others, and no request is
  /// sent after the end of the time.
  ///
  /// - Parameter time: for all requests of the round; nil for no limit.
  package func beginRound(within time: Duration? = nil) {
    outage = nil
    extendRound(within: time)
  }

  /// Gives the round another time, for requests of another kind.
  package func extendRound(within time: Duration?) { roundEnd = time.map { (.now + $0, $0) } }

  /// Forgets which token and paths were refused, so that they are asked for again: a person says that something changed.
  /// Limits of the API stay.
  package func retryRefused() {
    refusedToken = nil
    refusedPaths = [:]
  }

  /// The decoded answer to a request.
  ///
  /// - Parameters:
  ///   - path: path and query below the API's address, percent-encoded.
  ///   - limits: of the answer.
  ///   - isRepeated: false for a request that is not asked again, so that its answer needs no place in memory.
  ///   - decode: returns nil if the body is not what the API describes. The token is not in the body.
  /// - Throws: `SourceFailure`, also without a request while the API must not be asked.
  func get<Value: Sendable>(
    _ path: String, accept: String? = nil, limits: AnswerLimits = .object, isRepeated: Bool = true,
    _ decode: ([UInt8]) -> Value?
  ) throws(SourceFailure) -> Value {
    let now = clock()
    if let outage { throw outage }
    if let pause, let until = pause.until, until > now { throw pause }
    let stamp = source?.stamp()
    if let refusedToken, refusedToken.isInForce(stamp, at: now) { throw refusedToken.failure }
    if let refused = refusedPaths[path], refused.isInForce(stamp, at: now) { throw refused.failure }
    let token = try source?.token()
    if token != lastToken { resetToken(token) }
    let response = try send(path, accept: accept ?? api.accept, limits, token, stamp)
    if response.status == 304 {
      guard let value = cache.value(for: path, as: Value.self) else {
        throw unreadable(path, "says that nothing changed, and nothing is known")
      }
      return value
    }
    if let limit = limits.values, AnswerLimits.values(in: response.body) > limit {
      throw unreadable(path, "has more than \(limit) values")
    }
    guard let value = decode(response.body) else {
      throw unreadable(path, "has not the form that it should have")
    }
    if isRepeated {
      cache.store(value, bytes: response.body.count, etag: response.etag, for: path, token)
    }
    return value
  }

  private func resetToken(_ token: APIToken?) {
    lastToken = token
    tokenExpires = nil
    refusedToken = nil
    refusedPaths = [:]
    pause = nil
  }

  /// Sends a request and follows redirects on the same host.
  ///
  /// - Returns: a response with status 2xx or 304.
  private func send(
    _ path: String, accept: String, _ limits: AnswerLimits, _ token: APIToken?, _ stamp: SmallFile.Stamp?
  ) throws(SourceFailure) -> Response {
    var target = address.path + path
    for _ in 0...APIClient.maxRedirects {
      let response = try exchange(
        target, accept: accept, etag: cache.etag(for: path, token), limits, token)
      switch response.status {
      case 200...299, 304:
        limitsInRow = 0
        return response
      case 301, 302, 307, 308:
        guard
          let next = response.headers["location"].flatMap({ address.target(ofRedirect: $0, from: target) })
        else {
          throw SourceFailure(
            .unreadable,
            "\(api.name) redirects \(path.singleLine.limited(to: 120)) to another address, which is not followed",
            step: NextStep(note: "compare 'url' and 'repository' under 'pipeline' in guard.yaml"))
        }
        target = next
      default: throw refuse(response, path, stamp)
      }
    }
    throw SourceFailure(.unreadable, "\(api.name) redirects \(path.singleLine.limited(to: 120)) in a circle")
  }

  private func refuse(_ response: Response, _ path: String, _ stamp: SmallFile.Stamp?) -> SourceFailure {
    let refusal = APIRefusal(
      response, of: api, path: path, place: source?.place, limitsInRow: limitsInRow, at: clock())
    switch refusal.scope {
    case .api:
      limitsInRow += 1
      pause = refusal.failure
    case .token: refusedToken = Refused(stamp: stamp, failure: refusal.failure)
    case .path:
      if refusedPaths.count >= APIClient.maxRefusedPaths { refusedPaths = [:] }
      refusedPaths[path] = Refused(stamp: stamp, failure: refusal.failure)
    case .request: break
    }
    return refusal.failure
  }

  private func exchange(
    _ target: String, accept: String, etag: String?, _ limits: AnswerLimits, _ token: APIToken?
  ) throws(SourceFailure) -> Response {
    let request = Request(
      tag: 0, path: target, accept: accept, ifNoneMatch: etag, headers: api.headers(token),
      responseHeaders: API.responseHeaders, bodyBytes: limits.bytes)
    let mask = TokenMask(token)
    var result: Result<Response, CurlError>?
    let deadline = min(.now + timeout, roundEnd?.at ?? .now + timeout)
    guard deadline > .now else {
      throw SourceFailure(
        .unreachable,
        """
        \(api.name) at \(address.host) was too slow for all requests within \
        \(roundEnd?.length.humanDuration ?? "the time")
        """
      )
    }
    client.get([request], until: deadline, cancellation: cancellation) { _, answer in
      result = answer
      return []
    }
    switch result {
    case .success(let answer):
      let response = answer.masked(by: mask)
      counts.count(status: response.status)
      record(response)
      return response
    case .failure(let error):
      counts.count(status: nil)
      let failure = failure(error, mask)
      if failure.kind == .unreachable { outage = failure }
      throw failure
    case nil:
      throw SourceFailure(.unreachable, "\(api.name) was not asked")
    }
  }

  /// Records the limits and the end of the token that an answer names.
  private func record(_ response: Response) {
    if let text = response.headers["github-authentication-token-expiration"] {
      tokenExpires = Timestamp(tokenExpiration: text) ?? tokenExpires
    } else if response.status < 300 {
      tokenExpires = nil
    }
    // The request that reached the limit was answered; the next one would not be.
    let now = clock()
    let rate = RateLimit(response)
    if response.status < 400, rate.remaining == 0, let end = rate.end(at: now) {
      pause = SourceFailure(
        .limited, "\(api.name) limits requests until \(end.toTheSecond): the last one was used",
        step: NextStep(note: "it ends by itself; other programs that use the same login use the same limit"),
        until: end)
    }
  }

  private func failure(_ error: CurlError, _ mask: TokenMask) -> SourceFailure {
    let host = address.host
    let detail = redacted(mask.applied(to: error.detail), limit: 200).singleLine
    switch error.code {
    case .tooLarge, .invalidResponse:
      return SourceFailure(.unreadable, "\(api.name) at \(host): \(detail)")
    case .resolve:
      return SourceFailure(
        .unreachable, "\(api.name) at \(host): \(detail)",
        step: NextStep(command: "getent ahosts \(host.shellWord)"))
    case .connect, .timeout, .cancelled, .unwanted, .serverCertificate, .clientCertificateRefused,
      .clientCertificateUnusable, .authorityUnusable, .closedDuringHandshake, .handshake, .closed, .setup:
      let url = "\(address.isEncrypted ? "https" : "http")://\(host):\(address.port)\(address.path)/"
      return SourceFailure(
        .unreachable, "\(api.name) at \(host): \(detail)",
        step: NextStep(command: "curl -sS -o /dev/null -v \(url.shellWord)"))
    }
  }

  private func unreadable(_ path: String, _ words: String) -> SourceFailure {
    SourceFailure(.unreadable, "the answer of \(api.name) to \(path.singleLine.limited(to: 120)) \(words)")
  }
}

extension Response {
  /// The same answer without the token.
  fileprivate func masked(by mask: TokenMask) -> Response {
    Response(
      status: status, contentType: contentType, date: date, retryAfter: retryAfter, etag: etag,
      headers: headers.mapValues(mask.applied), body: mask.applied(to: body))
  }
}

extension Timestamp {
  /// `github-authentication-token-expiration`: `2026-06-03 19:52:44 UTC` or `2023-12-13 00:00:00 +0100`.
  init?(tokenExpiration text: String) {
    let words = text.split(separator: " ")
    guard words.count == 3 else { return nil }
    let zone = words[2]
    if zone == "UTC" || zone == "GMT" {
      self.init(rfc3339: "\(words[0])T\(words[1])Z")
    } else {
      guard zone.utf8.count == 5 else { return nil }
      self.init(rfc3339: "\(words[0])T\(words[1])\(zone.prefix(3)):\(zone.suffix(2))")
    }
  }
}
