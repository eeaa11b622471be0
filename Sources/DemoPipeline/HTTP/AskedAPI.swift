internal import DemoCluster

/// The answer of an API to one request, and the forms of it that faults ask for.
struct AskedAPI: FaultyAPI {
  let api: DemoAPI
  let answer: Answer

  func refusal(_ status: Int) -> EncodedAnswer {
    let words = "the demo answers \(status)"
    return switch api {
    case .github: Answer.message(words, status: status).encoded
    case .pulumi: Answer.failure(status, words).encoded
    }
  }

  var mistyped: EncodedAnswer {
    // An answer without content has no values.
    guard let json = answer.json, answer.status != 304 else { return answer.encoded }
    var mistyped = Answer(json.mistyped, status: answer.status)
    mistyped.headers = answer.headers.filter { $0.0 != "ETag" }
    return mistyped.encoded
  }

  // Further pages have numbers, not tokens; `PipelineFault` refuses these faults.
  var repeatedPage: EncodedAnswer { answer.encoded }
  var refusedPage: EncodedAnswer { answer.encoded }
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
