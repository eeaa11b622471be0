import ArgumentParser

struct FluxCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "flux", abstract: "List the Flux objects as flux get all -A does.",
    discussion: """
      Examples:
        oceanid-ctl flux
        oceanid-ctl flux --json | jq .clusters[0].flux.version
      """)

  @OptionGroup var options: ReadOptions

  @Option(name: [.short, .long], help: OutputFormat.help(wide: "the same as without"))
  var output: OutputFormat?

  func run() throws {
    try options.show(.flux, output) { FluxPage.page($0, $1) }
  }
}
