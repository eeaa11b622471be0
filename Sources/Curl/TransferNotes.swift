internal import CLibCurl

/// Facts about a transfer that libcurl reports in its messages only (CURLOPT_DEBUGFUNCTION).
struct TransferNotes {
  /// The request was sent as a stream of an HTTP/2 connection.
  private var hasStream = false
  /// The server sent the frame GOAWAY, which ends the connection.
  private var hasGoaway = false

  // lib/http2.c: "Using Stream ID: 1" until 8.0, then "[HTTP/2] [1] OPENED stream for"; "recveived GOAWAY, error=0" until
  // 8.0, then "received GOAWAY, error=0".
  mutating func add(_ message: UnsafeRawBufferPointer) {
    if message.starts(with: "Using Stream ID".utf8) || message.starts(with: "[HTTP/2] [".utf8) {
      hasStream = true
    } else if message.starts(with: "rec".utf8), String(decoding: message, as: UTF8.self).contains("GOAWAY") {
      hasGoaway = true
    }
  }

  /// The cause of a code that libcurl's own message does not tell; nil for other codes.
  func meaning(of code: CURLcode) -> (CurlError.Code, String)? {
    switch code {
    case CURLE_HTTP2 where hasGoaway:
      (.closed, "the server ended the HTTP/2 connection (GOAWAY)")
    // nghttp2 ends a connection with invalid frames, and the stream with it. Had the server closed it, libcurl would
    // report an incomplete stream.
    case CURLE_GOT_NOTHING where hasStream && !hasGoaway:
      (.invalidResponse, "the HTTP/2 stream ended without a response, or its frames are invalid")
    default: nil
    }
  }
}
