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
  /// The headers that the request names, by lowercase name.
  package let headers: [String: String]
  /// The body after decompression.
  package let body: [UInt8]
  /// The server's certificate in PEM; nil if it was shown for an earlier request on the same connection.
  package let serverCertificate: [UInt8]?

  package init(
    status: Int, contentType: String = "", date: String? = nil, retryAfter: String? = nil,
    etag: String? = nil, headers: [String: String] = [:], body: [UInt8] = [],
    serverCertificate: [UInt8]? = nil
  ) {
    self.status = status
    self.contentType = contentType
    self.date = date
    self.retryAfter = retryAfter
    self.etag = etag
    self.headers = headers
    self.body = body
    self.serverCertificate = serverCertificate
  }
}
