/// The response of the API to a request, before it is encoded.
struct Answer: Sendable {
  var status: Int
  var contentType = "application/json"
  var headers: [(String, String)] = []
  var body: [UInt8]
  /// The body as a JSON value, if it is one.
  private(set) var json: JSON?

  init(_ json: JSON, status: Int = 200, contentType: String = "application/json") {
    self.status = status
    self.contentType = contentType
    self.json = json
    body = json.bytes + [UInt8(ascii: "\n")]
  }

  init(text: String, status: Int = 200, contentType: String = "text/plain; charset=utf-8") {
    self.status = status
    self.contentType = contentType
    body = Array(text.utf8)
  }

  /// A Kubernetes Status object, the format of API errors.
  static func failure(
    _ code: Int, _ reason: String, _ message: String, details: JSON = .null, metadata: JSON = [:]
  ) -> Answer {
    Answer(
      [
        "kind": "Status", "apiVersion": "v1", "metadata": metadata, "status": "Failure",
        "message": .string(message), "reason": .string(reason), "details": details, "code": .number(code),
      ], status: code)
  }

  static let unauthorized = Answer.failure(401, "Unauthorized", "Unauthorized")

  static func notFound(_ resource: String, _ name: String, group: String = "") -> Answer {
    .failure(
      404, "NotFound", "\(resource)\(group.isEmpty ? "" : "." + group) \"\(name)\" not found",
      details: [
        "name": .string(name), "group": group.isEmpty ? .null : .string(group), "kind": .string(resource),
      ])
  }

  /// The API server's response to an unknown path, with its original message.
  static let noSuchPath = Answer.failure(
    404, "NotFound", "the server could not find the requested resource", details: [:])

  static func forbidden(user: String, verb: String, resource: String, group: String, scope: String) -> Answer
  {
    .failure(
      403, "Forbidden",
      """
      \(resource)\(group.isEmpty ? "" : "." + group) is forbidden: User \"\(user)\" cannot \(verb) resource \
      \"\(resource)\" in API group \"\(group)\" \(scope)
      """,
      details: ["group": group.isEmpty ? .null : .string(group), "kind": .string(resource)])
  }

  /// As bytes, with the headers of every answer of the API server.
  var encoded: EncodedAnswer {
    EncodedAnswer(
      status: status,
      headers: headers + [("Cache-Control", "no-cache, private"), ("Content-Type", contentType)], body: body)
  }
}
