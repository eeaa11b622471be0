internal import DemoCluster

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

  /// As bytes, with its content type.
  var encoded: EncodedAnswer {
    EncodedAnswer(status: status, headers: headers + [("Content-Type", contentType)], body: body)
  }
}
