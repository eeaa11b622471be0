/// Limits on the resources of one poll, which hold for any response of the server.
package struct PollLimits: Hashable, Sendable {
  /// Size in bytes of one response that is buffered, after decompression.
  package var answerBytes: Int
  /// Size in bytes of one page of a list, after decompression.
  package var pageBytes: Int
  /// Total size in bytes of all responses, after decompression.
  package var pollBytes: Int
  /// Number of objects requested per page.
  package var pageSize: Int
  /// Number of pages per list.
  package var pages: Int
  /// Number of entries kept about objects that could not be decoded.
  package var undecodable: Int
  /// Number of retries of one list per poll when the server sends Retry-After.
  package var repetitions: Int
  /// How long the server's groups and versions are cached before they are requested again.
  package var discoveryLifetime: Duration

  package init(
    answerBytes: Int = 8 << 20, pageBytes: Int = 64 << 20, pollBytes: Int = 192 << 20, pageSize: Int = 500,
    pages: Int = 40, undecodable: Int = 100,
    repetitions: Int = 3, discoveryLifetime: Duration = .seconds(60)
  ) {
    self.answerBytes = answerBytes
    self.pageBytes = pageBytes
    self.pollBytes = pollBytes
    self.pageSize = pageSize
    self.pages = pages
    self.undecodable = undecodable
    self.repetitions = repetitions
    self.discoveryLifetime = discoveryLifetime
  }
}
