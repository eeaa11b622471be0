import ArgumentParser
import GuardAPI
import GuardConnection
import GuardTerminal

struct ReloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Make the guard read its configuration again.",
    discussion: """
      If the file is invalid, the running configuration stays in force, each error is printed as file:line:column: \
      message, and the exit status is 78. The exit status is 1 if the file was accepted and a part of it could not be \
      applied.

      Examples:
        oceanid-ctl reload
        oceanid-guard --check-config && oceanid-ctl reload
      """)

  @OptionGroup var connection: SocketOption

  func run() throws {
    // The guard answers after the reload, and a reload may have to close a tunnel.
    var client = connection.client
    // This distinguishes a guard that hangs from one that reloads.
    do throws(ClientError) { _ = try client.statusBytes(.overview) } catch {
      if case .unreachable = error { throw error }
    }
    client.timeout = .seconds(60)
    let response = try client.exchange(.reload)
    let message = DocumentCoding.decodeReceipt(response.body)?.message ?? "Configuration reloaded"
    try StandardOutput.answer(Span(message).text + "\n")
  }
}
