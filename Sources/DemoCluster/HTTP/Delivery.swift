/// How an answer is sent: complete, or with one of the simulated faults.
package enum Delivery: Sendable {
  case whole(EncodedAnswer)
  case never
  case close
  /// Announces this many bytes more than it sends, then closes.
  case short(EncodedAnswer, missing: Int)
  /// Sends half of it, then drops the connection, below TLS if there is TLS.
  case dropped(EncodedAnswer)
  case slow(EncodedAnswer, milliseconds: Int)
  case huge(bytes: Int)
  case endlessHeaders

  /// The status for the log; 0 if no status line is sent.
  package var status: Int {
    switch self {
    case .whole(let answer), .short(let answer, _), .slow(let answer, _), .dropped(let answer):
      answer.status
    case .never, .close: 0
    case .huge, .endlessHeaders: 200
    }
  }

  /// The delivery of an answer under a fault.
  ///
  /// - Parameter api: the forms that the API itself has for some faults.
  package init(_ fault: ResponseFault?, _ answer: EncodedAnswer, of api: some FaultyAPI) {
    switch fault {
    case nil: self = .whole(answer)
    case .unauthorized: self = .whole(api.refusal(401))
    case .forbidden: self = .whole(api.refusal(403))
    case .status(let code): self = .whole(api.refusal(code))
    case .hangs: self = .never
    case .closes: self = .close
    case .html:
      self = .whole(
        EncodedAnswer(
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
    case .hugeBody(let bytes): self = .huge(bytes: bytes)
    case .endlessHeaders: self = .endlessHeaders
    case .slow(let milliseconds): self = .slow(answer, milliseconds: milliseconds)
    case .wrongTypes: self = .whole(api.mistyped)
    case .deepNesting(let depth):
      self = .whole(
        EncodedAnswer(
          text: String(repeating: "[", count: depth) + String(repeating: "]", count: depth),
          contentType: "application/json"))
    case .redirect(let target): self = .whole(EncodedAnswer(status: 302, headers: [("Location", target)]))
    case .endlessContinue: self = .whole(api.repeatedPage)
    case .expiredContinue: self = .whole(api.refusedPage)
    }
  }
}

/// The forms of an API's answer to one request that some faults ask for.
package protocol FaultyAPI {
  /// The answer of a failure with this status.
  func refusal(_ status: Int) -> EncodedAnswer
  /// The answer with values of the wrong type.
  var mistyped: EncodedAnswer { get }
  /// The first page, with a token for a further one.
  var repeatedPage: EncodedAnswer { get }
  /// The answer to a token for a further page that is no longer valid.
  var refusedPage: EncodedAnswer { get }
}
