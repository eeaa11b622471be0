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
