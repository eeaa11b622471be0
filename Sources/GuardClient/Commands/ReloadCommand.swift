import ArgumentParser
import GuardAPI

struct ReloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Have the guard read its configuration again.",
    discussion: "A broken file leaves the running configuration in force; what is wrong with it is printed.")

  @OptionGroup var connection: SocketOption

  func run() throws {
    let response = try connection.client.exchange(.reload)
    let message = DocumentCoding.decodeReceipt(response.body)?.message ?? "The configuration was read."
    try StandardOutput.answer(Span(message).text + "\n")
  }
}
