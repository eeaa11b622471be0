/// What is asked for. There is no verb: a request is a GET.
package struct Request: Sendable {
  /// The caller's own mark, given back with the answer.
  package let tag: Int
  /// Path and query, percent-encoded, from the leading slash.
  package let path: String
  package let accept: String
  /// Not to be sent before.
  package let notBefore: ContinuousClock.Instant?

  package init(tag: Int, path: String, accept: String, notBefore: ContinuousClock.Instant? = nil) {
    self.tag = tag
    self.path = path
    self.accept = accept
    self.notBefore = notBefore
  }
}

/// What a server answered, whatever the status.
package struct Response: Sendable {
  package let status: Int
  /// Media type with its parameters, as sent; empty where the server named none.
  package let contentType: String
  /// The Date header, as sent.
  package let date: String?
  /// The Retry-After header, as sent.
  package let retryAfter: String?
  /// After decompression.
  package let body: [UInt8]

  package init(
    status: Int, contentType: String = "", date: String? = nil, retryAfter: String? = nil, body: [UInt8] = []
  ) {
    self.status = status
    self.contentType = contentType
    self.date = date
    self.retryAfter = retryAfter
    self.body = body
  }
}

/// What one run may cost.
package struct Limits: Hashable, Sendable {
  /// Bytes of one body, after decompression.
  package var bodyBytes: Int
  /// Bytes of all bodies that are held at one moment.
  package var heldBytes: Int
  package var headerBytes: Int
  /// Requests on their way at one moment; the others wait their turn.
  package var requestsAtOnce: Int
  package var connectTimeout: Duration

  package init(
    bodyBytes: Int = 32 << 20, heldBytes: Int = 96 << 20, headerBytes: Int = 64 << 10,
    requestsAtOnce: Int = 8, connectTimeout: Duration = .seconds(10)
  ) {
    self.bodyBytes = bodyBytes
    self.heldBytes = heldBytes
    self.headerBytes = headerBytes
    self.requestsAtOnce = requestsAtOnce
    self.connectTimeout = connectTimeout
  }
}
