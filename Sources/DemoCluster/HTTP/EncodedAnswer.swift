/// An answer as bytes, before it is sent.
package struct EncodedAnswer: Sendable {
  package var status: Int
  /// The headers except Content-Length, Date and Connection, which depend on how the answer is sent.
  package var headers: [(String, String)]
  package var body: [UInt8]

  package init(status: Int = 200, headers: [(String, String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package init(text: String, contentType: String) {
    self.init(headers: [("Content-Type", contentType)], body: Array(text.utf8))
  }

  /// 304 has no body (RFC 9110 §15.4.5).
  var hasBody: Bool { status != 304 }

  var reasonPhrase: String {
    switch status {
    case 200: "OK"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 304: "Not Modified"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 410: "Gone"
    case 422: "Unprocessable Entity"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    default: "Status"
    }
  }

  /// The headers of an answer whose body has `length` bytes.
  func allHeaders(length: Int, date: String) -> [(String, String)] {
    headers + [("Date", date)] + (hasBody ? [("Content-Length", "\(length)")] : [])
  }

  /// The answer with bytes at the beginning of each text in JSON members of these names.
  func inserting(_ bytes: [UInt8], into names: [String]) -> EncodedAnswer {
    var answer = self
    answer.body = []
    let marks = names.map { Array("\"\($0)\":\"".utf8) }
    var index = body.startIndex
    while index < body.endIndex {
      if body[index] == UInt8(ascii: "\""), let mark = marks.first(where: { body[index...].starts(with: $0) })
      {
        answer.body += mark + bytes
        index += mark.count
      } else {
        answer.body.append(body[index])
        index += 1
      }
    }
    return answer
  }
}
