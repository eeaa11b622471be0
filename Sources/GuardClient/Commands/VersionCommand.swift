import ArgumentParser
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

  @OptionGroup var connection: SocketOption

  func run() throws {
    guard !client else { return try show(nil) }
    do {
      try show(connection.client.status(.overview).version)
    } catch let error as ClientError {
      // The version of this program is known in any case. Under --json, the error is the one document.
      if !json { try show(nil) }
      throw error
    }
  }

  private func show(_ guardVersion: String?) throws {
    let versions = [("oceanid-ctl", Product.version)] + (guardVersion.map { [("oceanid-guard", $0)] } ?? [])
    guard !json else {
      let fields = versions.map { ($0.0, JSONValue.string($0.1)) }
      return try StandardOutput.answer(JSONValue.object(Dictionary(uniqueKeysWithValues: fields)).pretty)
    }
    try StandardOutput.answer(versions.map { "\($0.0) \(Span($0.1).text)\n" }.joined())
  }
}
