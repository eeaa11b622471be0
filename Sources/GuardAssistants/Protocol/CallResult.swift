import GuardConnection

/// The result of `tools/call`.
enum CallResult {
  /// The fields of the result: the value, and the same as text for clients that read only that.
  static func fields(_ outcome: Result<JSONValue, CallFailure>) -> [String: JSONValue] {
    switch outcome {
    case .success(let value):
      let text = value.line
      let length = text.unicodeScalars.count
      guard length <= AnswerSize.hardCap else {
        return failed("the answer has \(length) characters; at most \(AnswerSize.hardCap) are sent")
      }
      // The text is left out before the value, because a result with an output schema needs the value.
      let isShort = 2 * length <= AnswerSize.hardCap
      return [
        "content": [content(isShort ? text : "The answer is in structuredContent.")],
        "structuredContent": value,
        "isError": false,
      ]
    case .failure(let failure): return failed(failure.text)
    }
  }

  private static func failed(_ text: String) -> [String: JSONValue] {
    ["content": [content(text)], "isError": true]
  }

  private static func content(_ text: String) -> JSONValue { ["type": "text", "text": .string(text)] }
}
