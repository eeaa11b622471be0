internal import GuardTypes
package import Health

/// `clusters[].poll`
package struct PollDocument: Codable, Hashable, Sendable {
  /// `poll.error`
  package struct Failure: Codable, Hashable, Sendable {
    /// A value of `PollErrorCode`; a newer daemon may send other values.
    package var code: String
    @Field package var message: String
    @Field package var remedy: String?
    /// A command for any shell; null: no command on this machine helps.
    @Field package var command: String?
    /// An explanation of the command, or the next step if there is no command.
    @Field package var note: String?

    package init(_ failure: PollFailure) {
      code = failure.code.rawValue
      message = failure.message
      remedy = failure.remedy
      command = failure.step.command
      note = failure.step.note
    }
  }

  /// Time of the last poll, successful or not.
  @Field package var at: Timestamp?
  /// Time of the last successful poll, from which all data in the document comes.
  @Field package var seenAt: Timestamp?
  /// From `seenAt` to the document's `generatedAt`.
  @Field package var ageSeconds: Double?
  @Field package var durationMs: Int?
  /// nil before the first poll has ended.
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

/// `clusters[].api` from the last successful poll.
package struct APIDocument: Codable, Hashable, Sendable {
  @Field package var version: String?
  /// True if `/readyz` returned 200; nil if it was not requested yet or not answered.
  @Field package var ready: Bool?

  package init(version: String? = nil, ready: Bool? = nil) {
    self.version = version
    self.ready = ready
  }
}
