internal import GuardAPI
internal import GuardAlerts
package import GuardConfiguration
internal import GuardIncidents
internal import GuardMetrics
internal import GuardStatus
internal import Health
internal import NIOCore
internal import NIOHTTP1

/// A complete response: status, type and body.
package struct ControlAnswer: Sendable {
  let status: HTTPResponseStatus
  let contentType: String
  let body: ByteBuffer
  /// The method that the path accepts, for a 405 response (RFC 9110 §10.2.1).
  let allow: Route.Method?

  private init(
    _ status: HTTPResponseStatus, _ contentType: String, _ body: [UInt8], allow: Route.Method? = nil
  ) {
    self.init(status, contentType, ByteBuffer(bytes: body), allow: allow)
  }

  private init(
    _ status: HTTPResponseStatus, _ contentType: String, _ body: ByteBuffer, allow: Route.Method? = nil
  ) {
    self.status = status
    self.contentType = contentType
    self.body = body
    self.allow = allow
  }

  /// The bytes of the response, for a connection that closes after it.
  package var closingResponse: [UInt8] {
    let head = """
      HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\nContent-Type: \(contentType)\r\n\
      Content-Length: \(body.readableBytes)\r\nConnection: close\r\n\r\n
      """
    return Array(head.utf8) + Array(body.readableBytesView)
  }

  /// The response of a guard that can't start because of its configuration.
  package static func notStarted(_ errors: ConfigurationErrors) -> ControlAnswer {
    error(.serviceUnavailable, "configuration", errors.description)
  }

  static func status(_ line: ByteBuffer?) -> ControlAnswer {
    guard let line else {
      return text(.internalServerError, "the document could not be encoded\n")
    }
    return ControlAnswer(.ok, "application/json", line)
  }

  static func json(_ document: some Encodable) -> ControlAnswer {
    encoded(.ok, document)
  }

  static func receipt(_ message: String) -> ControlAnswer {
    encoded(.ok, ReceiptDocument(message: message))
  }

  /// The JSON Schema of the status document. The media type is from draft 2020-12 §9.
  static let schema = ControlAnswer(.ok, "application/schema+json", SchemaDocument.status)

  static func text(_ status: HTTPResponseStatus, _ text: String) -> ControlAnswer {
    ControlAnswer(status, "text/plain; charset=utf-8", Array(text.utf8))
  }

  static func metrics(_ families: [MetricFamily], _ format: MetricFormat) -> ControlAnswer {
    ControlAnswer(.ok, format.contentType, Array(format.text(families).utf8))
  }

  static func accepted(_ message: String) -> ControlAnswer {
    encoded(.accepted, ReceiptDocument(message: message))
  }

  static func reload(_ outcome: ReloadOutcome) -> ControlAnswer {
    switch outcome {
    case .applied(let message): encoded(.ok, ReceiptDocument(message: message))
    case .rejected(let errors): error(.unprocessableEntity, "configuration", errors.description)
    case .incomplete(let message): error(.internalServerError, "reload", message)
    }
  }

  static func silence(_ outcome: SilenceOutcome) -> ControlAnswer {
    switch outcome {
    case .accepted(let silence, let reach): encoded(.ok, ReceiptDocument(silence, effect: reach.words))
    case .tooMany: error(.serviceUnavailable, "busy", "there are too many silences: end one first")
    case .unknownCluster: error(.notFound, "cluster", "no such cluster: see oceanid-ctl status")
    }
  }

  static func find(_ outcome: WhereOutcome) -> ControlAnswer {
    switch outcome {
    case .found(let document): json(document)
    case .notConfigured:
      error(
        .notFound, "pipeline", "no pipeline is configured: see oceanid-guard.yaml(5), clusters[].pipeline")
    case .unknownCluster: error(.notFound, "cluster", "no such cluster: see oceanid-ctl status")
    case .unknownCommit:
      error(.notFound, "commit", "the repository has no such commit, or several that begin like this")
    case .unavailable(let cause): error(.badGateway, "pipeline", cause)
    case .busy: error(.serviceUnavailable, "busy", "too many requests at once: try again")
    }
  }

  static func alertTest(_ outcome: AlertDelivery.TestOutcome, _ channel: String) -> ControlAnswer {
    switch outcome {
    case .delivered(let message): receipt(message)
    case .failed(let message, let remedy): error(.badGateway, "delivery", "\(message)\n\(remedy)")
    case .unknownChannel:
      error(.notFound, "channel", "no alert channel is named '\(channel.prefix(64))': see oceanid-ctl alerts")
    case .busy: error(.serviceUnavailable, "busy", "too many tests at once: try again")
    }
  }

  private static func encoded(
    _ status: HTTPResponseStatus, _ document: some Encodable, allow: Route.Method? = nil
  ) -> ControlAnswer {
    guard let bytes = try? DocumentCoding.encode(document) else {
      return text(.internalServerError, "the document could not be encoded\n")
    }
    return ControlAnswer(status, "application/json", Array(bytes) + [UInt8(ascii: "\n")], allow: allow)
  }

  static func error(
    _ status: HTTPResponseStatus, _ code: String, _ message: String, allow: Route.Method? = nil
  ) -> ControlAnswer {
    encoded(status, ErrorDocument(code: code, message: message), allow: allow)
  }
}
