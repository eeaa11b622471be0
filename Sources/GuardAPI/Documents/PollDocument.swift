internal import GuardTypes
package import Health

/// `clusters[].poll`
package struct PollDocument: Codable, Hashable, Sendable {
  /// `poll.error`
  package struct Failure: Codable, Hashable, Sendable {
    /// One of `PollErrorCode`'s words; a newer daemon may have others.
    package var code: String
    @Field package var message: String
    @Field package var remedy: String?

    package init(_ failure: PollFailure) {
      code = failure.code.rawValue
      message = failure.message
      remedy = failure.remedy
    }
  }

  /// When the last poll ended, well or badly.
  @Field package var at: Timestamp?
  /// When the last poll that brought something home ended: the age of all that the document shows.
  @Field package var seenAt: Timestamp?
  /// From `seenAt` to the document's `generatedAt`.
  @Field package var ageSeconds: Double?
  @Field package var durationMs: Int?
  /// nil until the first poll has ended.
  @Field package var ok: Bool?
  @Field package var error: Failure?

  package init(
    at: Timestamp?, seenAt: Timestamp?, duration: Duration?, failure: PollFailure?, now: Timestamp
  ) {
    self.at = at
    self.seenAt = seenAt
    ageSeconds = seenAt.map { max(0, (now - $0).inSeconds) }
    durationMs = duration.map { Int($0.inMilliseconds) }
    ok = failure != nil ? false : at.map { _ in true }
    error = failure.map(Failure.init)
  }
}

/// `clusters[].api`: as last seen.
package struct APIDocument: Codable, Hashable, Sendable {
  @Field package var version: String?
  /// `/readyz` answered 200; nil where nothing was asked yet or the answer did not come.
  @Field package var ready: Bool?

  package init(version: String? = nil, ready: Bool? = nil) {
    self.version = version
    self.ready = ready
  }
}
