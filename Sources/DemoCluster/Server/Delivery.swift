/// How a response is sent: complete, or with one of the simulated faults.
enum Delivery: Sendable {
  case whole(Answer)
  case never
  case close
  /// Announces this many bytes more than it sends, then closes.
  case short(Answer, missing: Int)
  /// Sends half of it, then drops the connection below TLS.
  case dropped(Answer)
  case slow(Answer, milliseconds: Int)
  case huge(bytes: Int)
  case endlessHeaders

  /// The status for the log; 0 if no status line is sent.
  var status: Int {
    switch self {
    case .whole(let answer), .short(let answer, _), .slow(let answer, _), .dropped(let answer):
      answer.status
    case .never, .close: 0
    case .huge, .endlessHeaders: 200
    }
  }

  /// The delivery of a response under a fault.
  init(_ how: ResponseFault?, _ request: Request, _ api: API) {
    let answer = api.answer(request)
    switch how {
    case nil: self = .whole(answer)
    case .unauthorized: self = .whole(.unauthorized)
    case .forbidden: self = .whole(Self.forbidden(request))
    case .status(let code):
      var refusal = Answer.failure(
        code, code == 503 ? "ServiceUnavailable" : code == 429 ? "TooManyRequests" : "InternalError",
        code == 503 ? "apiserver not ready" : "the demo returns \(code)")
      if code == 429 || code == 503 { refusal.headers = [("Retry-After", "1")] }
      self = .whole(refusal)
    case .hangs: self = .never
    case .closes: self = .close
    case .html:
      self = .whole(
        Answer(
          text: "<!doctype html><title>Sign in</title><p>Please sign in to this network.</p>",
          contentType: "text/html"))
    case .truncatedJSON:
      var cut = answer
      cut.body = Array(cut.body.prefix(cut.body.count / 2))
      self = .whole(cut)
    case .shortBody: self = .short(answer, missing: 1000)
    case .truncatedTLS: self = .dropped(answer)
    case .invalidUTF8:
      // 0xff is never valid in UTF-8.
      self = .whole(answer.inserting([0xff], into: ["name"]))
    case .hostileTexts:
      self = .whole(answer.inserting(Array(ResponseFault.hostileText.utf8), into: ["name", "message"]))
    case .loneSurrogates:
      self = .whole(answer.inserting(Array(#"\udc00\ud800x\udbff "#.utf8), into: ["name", "message"]))
    case .endlessContinue:
      // The same page each time.
      let first = Request(
        method: request.method, target: request.path, accept: request.accept, user: request.user)
      var listing = api.answer(first).json ?? [:]
      let page = (request.query["continue"]?.split(separator: " ").last.flatMap { Int($0) } ?? 1) + 1
      listing["metadata"] = ["continue": .string("page \(page)")]
      self = .whole(Answer(listing))
    case .hugeBody(let bytes): self = .huge(bytes: bytes)
    case .endlessHeaders: self = .endlessHeaders
    case .slow(let milliseconds): self = .slow(answer, milliseconds: milliseconds)
    case .wrongTypes:
      self = .whole(answer.json.map { Answer(Self.mistyped($0), status: answer.status) } ?? answer)
    case .deepNesting(let depth):
      self = .whole(
        Answer(
          text: String(repeating: "[", count: depth) + String(repeating: "]", count: depth),
          contentType: "application/json"))
    case .redirect(let target):
      var redirect = Answer(text: "", status: 302)
      redirect.headers = [("Location", target)]
      self = .whole(redirect)
    case .expiredContinue:
      var strict = api
      strict.refusesContinue = true
      self = .whole(strict.answer(request))
    }
  }

  private static func forbidden(_ request: Request) -> Answer {
    var path = request.path.split(separator: "/").map(String.init)
    let group = path.first == "apis" && path.count > 1 ? path[1] : ""
    path.removeFirst(min(path.count, path.first == "apis" ? 3 : 2))
    var scope = "at the cluster scope"
    if path.first == "namespaces", path.count > 2 {
      scope = "in the namespace \"\(path[1])\""
      path.removeFirst(2)
    }
    return .forbidden(
      user: request.user ?? "system:anonymous", verb: path.count > 1 ? "get" : "list",
      resource: path.first ?? request.path, group: group, scope: scope)
  }

  /// Replaces values in every other item of a list, or in a single object, with values of the wrong type.
  private static func mistyped(_ json: JSON) -> JSON {
    var json = json
    guard case .array(let items) = json["items"] else {
      json["metadata"] = "no object"
      json["gitVersion"] = 133
      return json
    }
    json["items"] = .array(
      items.enumerated().map { index, item in
        guard index % 2 == 1 else { return item }
        var item = item
        item["metadata"]["generation"] = "three"
        item["metadata"]["labels"] = 7
        item["spec"] = "no object"
        item["status"] = [1, "two", false]
        return item
      })
    return json
  }
}

extension Answer {
  /// The response with bytes at the beginning of each text in fields of these names.
  fileprivate func inserting(_ bytes: [UInt8], into fields: [String]) -> Answer {
    var answer = self
    answer.body = []
    let marks = fields.map { Array("\"\($0)\":\"".utf8) }
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
