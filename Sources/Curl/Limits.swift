/// Resource limits of one run.
package struct Limits: Hashable, Sendable {
  /// Size in bytes of one buffered body, after decompression.
  package var bodyBytes: Int
  /// Size in bytes of one body for a sink, after decompression.
  package var streamedBytes: Int
  /// Total size in bytes of all bodies of one run, buffered or not.
  package var totalBytes: Int
  /// Total size in bytes of all bodies that are buffered at the same time.
  package var bufferedBytes: Int
  package var headerBytes: Int
  /// Number of concurrent requests; the others wait in a queue.
  package var maxConcurrentRequests: Int
  /// The same once the server has answered over HTTP/2, where requests share a connection. All of a poll's requests at
  /// once wake both ends of the connection less often than one after each response.
  package var maxConcurrentStreams: Int
  package var connectTimeout: Duration

  package init(
    bodyBytes: Int = 32 << 20, streamedBytes: Int = 64 << 20, totalBytes: Int = 256 << 20,
    bufferedBytes: Int = 96 << 20, headerBytes: Int = 64 << 10,
    maxConcurrentRequests: Int = 8, maxConcurrentStreams: Int? = nil, connectTimeout: Duration = .seconds(10)
  ) {
    self.bodyBytes = bodyBytes
    self.streamedBytes = streamedBytes
    self.totalBytes = totalBytes
    self.bufferedBytes = bufferedBytes
    self.headerBytes = headerBytes
    self.maxConcurrentRequests = maxConcurrentRequests
    self.maxConcurrentStreams = maxConcurrentStreams ?? maxConcurrentRequests
    self.connectTimeout = connectTimeout
  }
}
