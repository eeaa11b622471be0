/// A message to somebody's web address: the one place where this program can say POST. The rooms that talk to a
/// cluster can't import it.
///
/// No proxy of the environment is asked and no redirect is followed: it goes to the host of `url` or nowhere.
package struct Post: Sendable {
  /// `https://` or `http://`, percent-encoded.
  package let url: String
  /// `Name: value`, each one line.
  package let headers: [String]
  package let body: [UInt8]
  /// Of the whole exchange.
  package let timeout: Duration
  /// Certificate authorities in PEM, in place of the machine's own.
  package let authorities: [UInt8]?

  package init(
    url: String, headers: [String], body: [UInt8], timeout: Duration, authorities: [UInt8]? = nil
  ) {
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.authorities = authorities
  }

  /// What a server said, whatever the status.
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

  /// Sends it and waits for the answer. Blocks the thread.
  ///
  /// - Parameter isCancelled: asked ten times a second.
  package func send(isCancelled: () -> Bool = { false }) throws(PostError) -> Answer {
    let exchange = try Exchange(self)
    return try exchange.run(until: .now + timeout, isCancelled: isCancelled)
  }
}
