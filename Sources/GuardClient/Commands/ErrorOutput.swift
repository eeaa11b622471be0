import ArgumentParser
import FoundationEssentials
import GuardAPI
import GuardConnection
import GuardTerminal

/// How a command reports the error that ends it: a line and its next steps on standard error, or under `--json` a
/// document on standard output.
struct ErrorOutput {
  private let code: String
  private let message: String
  private let remedy: [String]

  init(_ error: any CommandError) {
    message = "\(error)"
    remedy = error.remedy
    if case .refused(_, let code, _) = error as? ClientError {
      self.code = code
    } else {
      code = (ExitStatus(rawValue: error.exitStatus) ?? .degraded).code
    }
  }

  init(message: String, status: ExitStatus) {
    self.message = message
    code = status.code
    remedy = []
  }

  func write(asJSON isJSON: Bool) {
    // If standard output cannot be written, only the line can say so.
    if isJSON, StandardOutput.write(json) { return }
    let steps = remedy.map { "  \(Span($0).text)\n" }.joined()
    StandardOutput.writeError("oceanid-ctl: \(Span(message).text)\n\(steps)")
  }

  /// The document with a line break at its end.
  var json: String {
    let document = ErrorDocument(code: code, message: message, remedy: remedy.isEmpty ? nil : remedy)
    return ((try? DocumentCoding.encode(document)).map { String(decoding: $0, as: UTF8.self) } ?? "{}") + "\n"
  }

  /// True if a command line asks for JSON. It also works for a command line that cannot be parsed. The options after
  /// `run` belong to another program.
  static func isJSON(_ arguments: [String]) -> Bool {
    guard arguments.first != RunCommand.configuration.commandName else { return false }
    let words = arguments.prefix { $0 != "--" }
    let formats = ["-ojson", "-o=json", "--output=json", "--json"]
    return words.contains(where: formats.contains)
      || zip(words, words.dropFirst()).contains { ["-o", "--output"].contains($0.0) && $0.1 == "json" }
  }
}
