/// A GET request. There is no other method.
package struct Request {
  /// Identifies the request for the caller; returned with the response.
  package let tag: Int
  /// Path and query, percent-encoded, from the leading slash.
  package let path: String
  package let accept: String
  /// The earliest time to send the request.
  package let notBefore: ContinuousClock.Instant?
  /// The ETag of a cached response; the server returns 304 if it is still current.
  package let ifNoneMatch: String?
  /// Receives the body instead of the response if the status is 200 and the content is JSON.
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

/// A server's response with any status.
package struct Response: Sendable {
  package let status: Int
  /// Media type with its parameters, as sent; empty without a Content-Type header.
  package let contentType: String
  /// The Date header, as sent.
  package let date: String?
  /// The Retry-After header, as sent.
  package let retryAfter: String?
  /// The ETag header, as sent.
  package let etag: String?
  /// The body after decompression.
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

/// Resource limits of one run.
package struct Limits: Hashable, Sendable {
  /// Size in bytes of one buffered body, after decompression.
  package var bodyBytes: Int
  /// Size in bytes of one body for a sink, after decompression.
  package var streamedBytes: Int
  /// Total size in bytes of all bodies of one run, buffered or not.
  package var totalBytes: Int
  /// Total size in bytes of all bodies that are buffered at the same time.
  package var heldBytes: Int
  package var headerBytes: Int
  /// Number of concurrent requests; the others wait in a queue.
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
