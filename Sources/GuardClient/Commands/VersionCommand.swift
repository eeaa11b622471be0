import ArgumentParser
import FoundationEssentials
import GuardAPI
import GuardConnection
import GuardTerminal

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the version of this program and of the running guard.",
    discussion: """
      Exit status: 69 if the guard cannot be reached.

      Examples:
        oceanid-ctl version
        oceanid-ctl version --client
      """)

  @Flag(help: "Only the version of this program, without a connection to the guard.")
  var client = false

  @Flag(help: "Print the versions as JSON.")
  var json = false

  @OptionGroup var format: FormatOption

  @OptionGroup var connection: SocketOption

  func run() throws {
    guard !client else { return try show(nil) }
    do {
      try show(connection.client.status(.overview).version)
    } catch let error as ClientError {
      // The version of this program is known in any case.
      guard format.isDocument(json: json) else {
        try show(nil)
        throw error
      }
      try show(nil, error)
      throw ExitCode(error.exitStatus)
    }
  }

  /// - Parameter failure: the reason why the guard's version is not known, for the document.
  private func show(_ guardVersion: String?, _ failure: ClientError? = nil) throws {
    let versions = [("oceanid-ctl", Product.version)] + (guardVersion.map { [("oceanid-guard", $0)] } ?? [])
    guard !format.isDocument(json: json) else {
      var fields = Dictionary(uniqueKeysWithValues: versions.map { ($0.0, JSONValue.string($0.1)) })
      if let failure {
        let error = try JSONDecoder().decode(JSONValue.self, from: Data(ErrorOutput(failure).json.utf8))
        fields["error"] = error["error"]
      }
      return try StandardOutput.answer(format.text(JSONValue.object(fields).pretty))
    }
    try StandardOutput.answer(versions.map { "\($0.0) \(Span($0.1).text)\n" }.joined())
  }
}
