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
  /// Further lines `Name: value`. They are sent over any scheme.
  package let headers: [String]
  /// The lowercase names of further headers that the response contains.
  package let responseHeaders: Set<String>
  /// The maximum size of the buffered body; nil for the limit of the run.
  package let bodyBytes: Int?
  /// Receives the body instead of the response if the status is 200 and the content is JSON.
  package let sink: (any BodySink)?

  package init(
    tag: Int, path: String, accept: String, ifNoneMatch: String? = nil,
    notBefore: ContinuousClock.Instant? = nil, headers: [String] = [], responseHeaders: Set<String> = [],
    bodyBytes: Int? = nil, sink: (any BodySink)? = nil
  ) {
    self.tag = tag
    self.path = path
    self.accept = accept
    self.ifNoneMatch = ifNoneMatch
    self.notBefore = notBefore
    self.headers = headers
    self.responseHeaders = responseHeaders
    self.bodyBytes = bodyBytes
    self.sink = sink
  }
}
