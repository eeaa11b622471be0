/// How an answer is sent: complete, or with one of the simulated faults.
enum Delivery: Sendable {
  case whole(Answer)
  case never
  case close
  /// Announces this many bytes more than it sends, then closes.
  case short(Answer, missing: Int)
  case slow(Answer, milliseconds: Int)
  case huge(bytes: Int)
  case endlessHeaders

  /// The status for the log; 0 if no status line is sent.
  var status: Int {
    switch self {
    case .whole(let answer), .short(let answer, _), .slow(let answer, _): answer.status
    case .never, .close: 0
    case .huge, .endlessHeaders: 200
    }
  }

  init(_ fault: ResponseFault?, _ answer: Answer) {
    switch fault {
    case nil: self = .whole(answer)
    case .status(let code): self = .whole(.failure(code, "the demo answers \(code)"))
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
    case .invalidUTF8:
      var broken = answer
      // 0xff is never valid in UTF-8. It replaces the first character of every text value.
      for index in broken.body.indices.dropFirst(3)
      where broken.body[(index - 2)..<index].elementsEqual(Array(":\"".utf8))
        && broken.body[index] != UInt8(ascii: "\"")
      {
        broken.body[index] = 0xff
      }
      self = .whole(broken)
    case .hugeBody(let bytes): self = .huge(bytes: bytes)
    case .endlessHeaders: self = .endlessHeaders
    case .slow(let milliseconds): self = .slow(answer, milliseconds: milliseconds)
    case .wrongTypes:
      guard let json = answer.json, answer.hasBody else {
        self = .whole(answer)
        return
      }
      var mistyped = Answer(json.mistyped, status: answer.status)
      mistyped.headers = answer.headers.filter { $0.0 != "ETag" }
      self = .whole(mistyped)
    case .deepNesting(let depth):
      self = .whole(
        Answer(
          text: String(repeating: "[", count: depth) + String(repeating: "]", count: depth),
          contentType: "application/json"))
    case .redirect(let target):
      var redirect = Answer(text: "", status: 302)
      redirect.headers = [("Location", target)]
      self = .whole(redirect)
    }
  }
}

extension JSON {
  /// With values of the wrong type in every other item of the lists of an object, or in all members without a list.
  fileprivate var mistyped: JSON {
    switch self {
    case .null: []
    case .bool: "yes"
    case .number: "three"
    case .string: 7
    case .array(let items):
      .array(items.enumerated().map { $0.offset % 2 == 0 ? $0.element.spoiled : $0.element })
    case .object(let members):
      if members.values.contains(where: \.isList) {
        .object(members.mapValues { $0.isList ? $0.mistyped : $0 })
      } else {
        spoiled
      }
    }
  }

  private var isList: Bool {
    if case .array(let items) = self { !items.isEmpty } else { false }
  }

  private var spoiled: JSON {
    guard case .object(let members) = self else { return mistyped }
    return .object(
      members.mapValues { value in
        if case .object = value { "no object" } else { value.isList ? "no list" : value.mistyped }
      })
  }
}
