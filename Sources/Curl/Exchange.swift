/// What is asked for. There is no verb: a request is a GET.
package struct Request {
  /// The caller's own mark, given back with the answer.
  package let tag: Int
  /// Path and query, percent-encoded, from the leading slash.
  package let path: String
  package let accept: String
  /// Not to be sent before.
  package let notBefore: ContinuousClock.Instant?
  /// The ETag of an answer that is at hand: the server may say with 304 that it still holds.
  package let ifNoneMatch: String?
  /// Gets the body in place of the response, where the status is 200 and the content is JSON.
  package let sink: (any BodySink)?

  package init(
    tag: Int, path: String, accept: String, ifNoneMatch: String? = nil,
    notBefore: ContinuousClock.Instant? = nil, sink: (any BodySink)? = nil
  ) {
    self.tag = tag
    self.path = path
    self.accept = accept
    self.ifNoneMatch = ifNoneMatch
    self.notBefore = notBefore
    self.sink = sink
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
  /// The ETag header, as sent.
  package let etag: String?
  /// After decompression.
  package let body: [UInt8]

  package init(
    status: Int, contentType: String = "", date: String? = nil, retryAfter: String? = nil,
    etag: String? = nil, body: [UInt8] = []
  ) {
    self.status = status
    self.contentType = contentType
    self.date = date
    self.retryAfter = retryAfter
    self.etag = etag
    self.body = body
  }
}

/// What one run may cost.
package struct Limits: Hashable, Sendable {
  /// Bytes of one body that is held, after decompression.
  package var bodyBytes: Int
  /// Bytes of one body that goes to a sink, after decompression.
  package var streamedBytes: Int
  /// Bytes of all bodies of one run, held or not.
  package var totalBytes: Int
  /// Bytes of all bodies that are held at one moment.
  package var heldBytes: Int
  package var headerBytes: Int
  /// Requests on their way at one moment; the others wait their turn.
  package var requestsAtOnce: Int
  package var connectTimeout: Duration

  package init(
    bodyBytes: Int = 32 << 20, streamedBytes: Int = 64 << 20, totalBytes: Int = 256 << 20,
    heldBytes: Int = 96 << 20, headerBytes: Int = 64 << 10,
    requestsAtOnce: Int = 8, connectTimeout: Duration = .seconds(10)
  ) {
    self.bodyBytes = bodyBytes
    self.streamedBytes = streamedBytes
    self.totalBytes = totalBytes
    self.heldBytes = heldBytes
    self.headerBytes = headerBytes
    self.requestsAtOnce = requestsAtOnce
    self.connectTimeout = connectTimeout
  }
}
