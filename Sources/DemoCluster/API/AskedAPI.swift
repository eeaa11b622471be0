/// The response to one request, and its faulty variants.
struct AskedAPI: FaultyAPI {
  let api: API
  let request: Request
  let answer: Answer

  init(api: API, request: Request) {
    self.api = api
    self.request = request
    answer = api.answer(request)
  }

  func refusal(_ status: Int) -> EncodedAnswer {
    switch status {
    case 401: return Answer.unauthorized.encoded
    case 403: return forbidden.encoded
    default:
      var refusal = Answer.failure(
        status,
        status == 503 ? "ServiceUnavailable" : status == 429 ? "TooManyRequests" : "InternalError",
        status == 503 ? "apiserver not ready" : "the demo returns \(status)")
      if status == 429 || status == 503 { refusal.headers = [("Retry-After", "1")] }
      return refusal.encoded
    }
  }

  var mistyped: EncodedAnswer {
    (answer.json.map { Answer(Self.mistyped($0), status: answer.status) } ?? answer).encoded
  }

  var repeatedPage: EncodedAnswer {
    let first = Request(
      method: request.method, target: request.path, accept: request.accept, user: request.user)
    var listing = api.answer(first).json ?? [:]
    let page = (request.query["continue"]?.split(separator: " ").last.flatMap { Int($0) } ?? 1) + 1
    listing["metadata"] = ["continue": .string("page \(page)")]
    return Answer(listing).encoded
  }

  var refusedPage: EncodedAnswer {
    var strict = api
    strict.refusesContinue = true
    return strict.answer(request).encoded
  }

  private var forbidden: Answer {
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
