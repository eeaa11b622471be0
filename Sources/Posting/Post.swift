internal import CLibCurl
package import Curl

/// A request that changes something at a web address, or reads what it changed. Only this module can send POST
/// requests; modules that access a cluster must not import it.
///
/// It is sent only to the host of `url`: see `EasyHandle`.
package struct Post: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case patch = "PATCH"
  }

  package let method: Method
  /// `https://` or `http://`, percent-encoded.
  package let url: String
  /// Lines in the form `Name: value`.
  package let headers: [String]
  package let body: [UInt8]
  /// The timeout of the whole exchange.
  package let timeout: Duration
  /// Certificate authorities in PEM, which replace the system's.
  package let authorities: [UInt8]?
  /// The maximum number of bytes of the response's body that are returned.
  package let returnedBytes: Int

  /// The limits of the bytes of a response that are read.
  private static let maxBytes = 64 << 10
  private static let maxHeaderBytes = 64 << 10

  package init(
    _ method: Method = .post, url: String, headers: [String], body: [UInt8], timeout: Duration,
    authorities: [UInt8]? = nil, returnedBytes: Int = 2048
  ) {
    self.method = method
    self.returnedBytes = returnedBytes
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
    /// True if the body was longer.
    package let isCut: Bool
    private let headers: [String: String]

    package init(
      status: Int, retryAfter: Duration? = nil, body: String = "", isCut: Bool = false,
      headers: [String: String] = [:]
    ) {
      self.status = status
      self.retryAfter = retryAfter
      self.body = body
      self.isCut = isCut
      self.headers = headers
    }

    /// The last header of this name, in small letters.
    package func header(_ name: String) -> String? { headers[name] }
  }

  /// Sends the request and waits for the response. Blocks the thread.
  ///
  /// - Parameter isCancelled: called ten times per second.
  /// - Throws: `CurlError`; its detail contains the host and never the rest of the address.
  package func send(isCancelled: () -> Bool = { false }) throws(CurlError) -> Answer {
    let handle = try EasyHandle(
      url: url, scheme: url.hasPrefix("https://") ? .https : .http, operation: method.rawValue)
    if let authorities { handle.trust(.authorities(authorities)) }
    switch method {
    case .get: break
    case .post, .patch:
      handle.check(oceanid_curl_set_post(handle.pointer, body, body.count) == CURLE_OK, "CURLOPT_POST")
      if method == .patch {
        handle.check(
          oceanid_curl_set_text(handle.pointer, CURLOPT_CUSTOMREQUEST, method.rawValue) == CURLE_OK,
          "CURLOPT_CUSTOMREQUEST")
      }
    }
    // Without "Expect: 100-continue", which makes old servers wait for a second.
    handle.setHeaders(headers + ["Expect:"])
    try handle.checkOptions()

    let maxBytes = max(Post.maxBytes, returnedBytes)
    var answer: [UInt8] = []
    handle.receiveBody = { [unowned handle] bytes in
      answer += bytes.prefix(max(0, returnedBytes - answer.count))
      return handle.bodyCount <= maxBytes
    }
    var lines: [String: String] = [:]
    handle.receiveHeader = { [unowned handle] bytes in
      if let (name, value) = Post.header(bytes) { lines[name] = value }
      return handle.headerCount <= Post.maxHeaderBytes
    }
    do throws(CurlError) {
      try handle.perform(until: .now + timeout, isCancelled: isCancelled)
    } catch {
      // If the server sends more than the limit, the response is complete enough.
      guard handle.bodyCount > maxBytes else { throw error }
    }
    let pause = oceanid_curl_get_offset(handle.pointer, CURLINFO_RETRY_AFTER)
    return Answer(
      status: handle.status, retryAfter: pause > 0 ? .seconds(min(pause, 1 << 31)) : nil,
      body: String(decoding: answer, as: UTF8.self), isCut: handle.bodyCount > answer.count, headers: lines)
  }

  /// `Name: value`, with the name in small letters.
  private static func header(_ bytes: UnsafeRawBufferPointer) -> (name: String, value: String)? {
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
    let name = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
    let value = bytes[(colon + 1)...].filter { $0 > 0x20 && $0 < 0x7F }
    return (name, String(decoding: value, as: UTF8.self))
  }
}
