import ArgumentParser
import GuardAPI
import GuardConnection
import GuardTerminal

struct ReloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Have the guard read its configuration again.",
    discussion: """
      A broken file leaves the running configuration in force; each of its mistakes is printed as file:line:column: \
      message, and the exit status is 78; it is 1 where the file was taken and something of it could not be done.

      Examples:
        oceanid-ctl reload
        oceanid-guard --check-config && oceanid-ctl reload
      """)

  @OptionGroup var connection: SocketOption

  func run() throws {
    // The guard answers once it is done, and ending a tunnel takes it a moment.
    var client = connection.client
    client.timeout = .seconds(60)
    let response = try client.exchange(.reload)
    let message = DocumentCoding.decodeReceipt(response.body)?.message ?? "The configuration was read."
    try StandardOutput.answer(Span(message).text + "\n")
  }
}
