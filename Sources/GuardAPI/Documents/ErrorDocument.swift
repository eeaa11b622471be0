package import Health

/// The body of every refusal: `{"error":{"code":"…","message":"…"}}`.
package struct ErrorDocument: Codable, Hashable, Sendable, Error {
  package struct Failure: Codable, Hashable, Sendable {
    package var code: String
    package var message: String
  }

  package var error: Failure

  package init(code: String, message: String) {
    error = Failure(code: code, message: message)
  }
}

/// The body of the answer to an accepted `POST`: `{"message":"…"}`.
package struct ReceiptDocument: Codable, Hashable, Sendable {
  /// What was set going, in one line.
  package var message: String
  /// Of a silence that begins: the silence, and what it does now. Whoever shows it may know a better zone than the
  /// message's UTC.
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
