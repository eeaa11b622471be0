internal import Health
package import IncidentTracking

/// The body of every error response: `{"error":{"code":"…","message":"…"}}`.
package struct ErrorDocument: Codable, Hashable, Sendable, Error {
  package struct Failure: Codable, Hashable, Sendable {
    package var code: String
    package var message: String
    /// The next steps, one per line; only in the errors that `oceanid-ctl` prints.
    package var remedy: [String]?
  }

  package var error: Failure

  package init(code: String, message: String, remedy: [String]? = nil) {
    error = Failure(code: code, message: message, remedy: remedy)
  }
}

/// The body of the response to an accepted `POST`: `{"message":"…"}`.
package struct ReceiptDocument: Codable, Hashable, Sendable {
  /// The started action, in one line.
  package var message: String
  /// For a new silence: the silence and its effect. A client can show its end in the local time zone instead
  /// of the message's UTC.
  package var silence: SilenceDocument?
  package var effect: String?

  package init(message: String) {
    self.message = message
  }

  package init(_ silence: Silence, effect: String) {
    message = "silence \(silence.id) until \(silence.expiresAt.toTheSecond); \(effect)"
    self.silence = SilenceDocument(silence)
    self.effect = effect
  }
}
