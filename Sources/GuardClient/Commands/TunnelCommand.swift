import ArgumentParser

struct TunnelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tunnel", abstract: "Show the SSH tunnel, its forwards and its last error.")

  @OptionGroup var options: ReadOptions

  func run() throws {
    try options.show(.tunnel) { TunnelPage.page($0, $1) }
  }
}
