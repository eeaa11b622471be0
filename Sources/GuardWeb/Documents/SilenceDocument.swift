import GuardConnection
import GuardTerminal

/// The reason why the guard sends nothing, and the steps to fix it.
struct SilenceDocument: Encodable, Hashable, Sendable {
  let reason: String
  let steps: [String]

  init(_ error: any Error) {
    reason = Span("\(error)").text
    steps = ((error as? ClientError)?.remedy ?? []).map { Span($0).text }
  }
}
