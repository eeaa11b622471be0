/// The answer to a request, before it is sent.
struct Answer: Sendable {
  var status: Int
  var contentType: String
  var headers: [(String, String)] = []
  var body: [UInt8]
  /// The body as a JSON value, if it is one.
  private(set) var json: JSON?

  init(_ json: JSON, status: Int = 200, contentType: String = "application/json; charset=utf-8") {
    self.status = status
    self.contentType = contentType
    self.json = json
    body = json.bytes
  }

  init(text: String, status: Int = 200, contentType: String = "text/plain; charset=utf-8") {
    self.status = status
    self.contentType = contentType
    body = Array(text.utf8)
  }

  /// 304 has no body (RFC 9110 §15.4.5).
  var hasBody: Bool { status != 304 }

  static func reasonPhrase(_ status: Int) -> String {
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
    case 422: "Unprocessable Entity"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    default: "Status"
    }
  }
}
