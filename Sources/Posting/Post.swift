internal import CLibCurl
package import Curl

/// A POST request to a web address. Only this module can send POST requests; modules that access a cluster
/// must not import it.
///
/// It is sent only to the host of `url`: see `EasyHandle`.
package struct Post: Sendable {
  /// `https://` or `http://`, percent-encoded.
  package let url: String
  /// Lines in the form `Name: value`.
  package let headers: [String]
  package let body: [UInt8]
  /// The timeout of the whole exchange.
  package let timeout: Duration
  /// Certificate authorities in PEM, which replace the system's.
  package let authorities: [UInt8]?

  /// The limits of the bytes of a response that are returned, and that are read.
  private static let returnedBytes = 2048
  private static let mostBytes = 64 << 10
  private static let mostHeaderBytes = 64 << 10

  package init(
    url: String, headers: [String], body: [UInt8], timeout: Duration, authorities: [UInt8]? = nil
  ) {
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.authorities = authorities
  }

  /// The response of a server, with any status.
  package struct Answer: Sendable {
    package let status: Int
    /// The Retry-After header, a number or a date, as seconds from now.
    package let retryAfter: Duration?
    /// The beginning of the body.
    package let body: String

    package init(status: Int, retryAfter: Duration? = nil, body: String = "") {
      self.status = status
      self.retryAfter = retryAfter
      self.body = body
    }
  }

  /// Sends the request and waits for the response. Blocks the thread.
  ///
  /// - Parameter isCancelled: called ten times per second.
  /// - Throws: `CurlError`; its detail contains the host and never the rest of the address.
  package func send(isCancelled: () -> Bool = { false }) throws(CurlError) -> Answer {
    let handle = try EasyHandle(
      url: url, scheme: url.hasPrefix("https://") ? .https : .http, operation: "POST")
    if let authorities { handle.trust(.authorities(authorities)) }
    handle.check(oceanid_curl_set_post(handle.pointer, body, body.count) == CURLE_OK, "CURLOPT_POST")
    // Without "Expect: 100-continue", which makes old servers wait for a second.
    handle.setHeaders(headers + ["Expect:"])
    try handle.checkOptions()

    var answer: [UInt8] = []
    handle.takesBody = { [unowned handle] bytes in
      answer += bytes.prefix(max(0, Post.returnedBytes - answer.count))
      return handle.bodyCount <= Post.mostBytes
    }
    handle.takesHeader = { [unowned handle] _ in handle.headerCount <= Post.mostHeaderBytes }
    do throws(CurlError) {
      try handle.perform(until: .now + timeout, isCancelled: isCancelled)
    } catch {
      // If the server sends more than the limit, the response is complete enough.
      guard handle.bodyCount > Post.mostBytes else { throw error }
    }
    let pause = oceanid_curl_get_offset(handle.pointer, CURLINFO_RETRY_AFTER)
    return Answer(
      status: handle.status, retryAfter: pause > 0 ? .seconds(min(pause, 1 << 31)) : nil,
      body: String(decoding: answer, as: UTF8.self))
  }
}
