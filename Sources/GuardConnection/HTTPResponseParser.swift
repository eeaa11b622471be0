/// The reason why bytes are not a valid HTTP/1.1 response for this client.
package enum HTTPError: Error, Hashable, Sendable, CustomStringConvertible {
  case malformed(String)
  case headTooLarge(limit: Int)
  case bodyTooLarge(limit: Int)
  /// The connection closed before the response was complete.
  case truncated

  package var description: String {
    switch self {
    case .malformed(let detail): "not HTTP/1.1: \(detail)"
    case .headTooLarge(let limit): "its header is longer than \(limit) bytes"
    case .bodyTooLarge(let limit): "its body is longer than \(limit) bytes"
    case .truncated: "it is incomplete"
    }
  }
}

/// Parses one HTTP/1.1 response (RFC 9112) from chunks of any size.
///
/// It supports only what the daemon sends: Content-Length or chunked encoding. libcurl is not used, because
/// loading it takes longer than a whole `oceanid-ctl status`.
struct HTTPResponseParser: Sendable {
  struct Limits: Sendable {
    var head = 64 * 1024
    /// nil for an endless stream.
    var body: Int? = 64 * 1024 * 1024
  }

  private enum State {
    case statusLine, fields
    case body(left: Int)
    case chunkSize, chunk(left: Int), chunkEnd, trailers
    case complete
  }

  /// The status code, once the header is complete.
  private(set) var status: Int?

  private let limits: Limits
  private var state = State.statusLine
  private var line: [UInt8] = []
  private var headBytes = 0
  private var bodyBytes = 0
  private var code = 0
  private var contentLength: Int?
  private var isChunked = false

  init(limits: Limits = Limits()) {
    self.limits = limits
  }

  var isComplete: Bool {
    if case .complete = state { true } else { false }
  }

  /// Parses the next bytes and returns their part of the body.
  mutating func consume(_ bytes: [UInt8]) throws(HTTPError) -> [UInt8] {
    var body: [UInt8] = []
    var index = 0
    while index < bytes.count {
      switch state {
      case .body(let left), .chunk(let left):
        let count = min(left, bytes.count - index)
        bodyBytes += count
        if let limit = limits.body, bodyBytes > limit { throw .bodyTooLarge(limit: limit) }
        body += bytes[index..<index + count]
        index += count
        if case .body = state {
          state = left == count ? .complete : .body(left: left - count)
        } else {
          state = left == count ? .chunkEnd : .chunk(left: left - count)
        }
      case .complete:
        throw .malformed("bytes after its end")
      case .statusLine, .fields, .chunkSize, .chunkEnd, .trailers:
        let byte = bytes[index]
        index += 1
        headBytes += 1
        guard headBytes <= limits.head else { throw .headTooLarge(limit: limits.head) }
        if byte != UInt8(ascii: "\n") {
          line.append(byte)
          continue
        }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        try parseLine(text)
      }
    }
    return body
  }

  /// Call it when the connection has closed.
  func finish() throws(HTTPError) {
    guard isComplete else { throw .truncated }
  }

  private mutating func parseLine(_ text: String) throws(HTTPError) {
    switch state {
    case .statusLine:
      try parseStatusLine(text)
      state = .fields
    case .fields:
      if text.isEmpty { try endHead() } else { try parseField(text) }
    case .chunkSize:
      let digits = text.prefix { $0 != ";" && $0 != " " }
      guard digits.count <= 15, let size = Int(digits, radix: 16), size >= 0, digits.first != "+" else {
        throw .malformed("a chunk without a size")
      }
      // The chunk sizes of an endless stream must not add up to the header's limit.
      headBytes = 0
      state = size == 0 ? .trailers : .chunk(left: size)
    case .chunkEnd:
      guard text.isEmpty else { throw .malformed("a chunk longer than its size") }
      state = .chunkSize
    case .trailers:
      if text.isEmpty { state = .complete }
    case .body, .chunk, .complete:
      break
    }
  }

  private mutating func parseStatusLine(_ text: String) throws(HTTPError) {
    let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0] == "HTTP/1.1" || parts[0] == "HTTP/1.0", parts[1].utf8.count == 3,
      let number = Int(parts[1]), (200...599).contains(number)
    else { throw .malformed("invalid status line") }
    code = number
  }

  private mutating func parseField(_ text: String) throws(HTTPError) {
    guard let colon = text.firstIndex(of: ":"), colon != text.startIndex, text.first != " " else {
      throw .malformed("a header line without a name")
    }
    let name = text[..<colon].lowercased()
    let value = text[text.index(after: colon)...].trimmingSpaces
    switch name {
    case "content-length":
      guard let length = Int(value), length >= 0, value.first != "+",
        contentLength == nil || contentLength == length
      else { throw .malformed("an invalid Content-Length") }
      contentLength = length
    case "transfer-encoding":
      guard value.lowercased() == "chunked" else { throw .malformed("a transfer coding besides chunked") }
      isChunked = true
    default:
      break
    }
  }

  private mutating func endHead() throws(HTTPError) {
    headBytes = 0
    status = code
    switch (isChunked, contentLength) {
    case (true, nil): state = .chunkSize
    // Two different lengths allow response smuggling (RFC 9112, 6.3).
    case (true, _?): throw .malformed("both a Content-Length and chunks")
    case (false, 0?): state = .complete
    case (false, let length?):
      if let limit = limits.body, length > limit { throw .bodyTooLarge(limit: limit) }
      state = .body(left: length)
    case (false, nil):
      guard code == 204 || code == 304 else { throw .malformed("neither Content-Length nor chunks") }
      state = .complete
    }
  }
}

extension Substring {
  fileprivate var trimmingSpaces: Substring {
    var text = self
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
