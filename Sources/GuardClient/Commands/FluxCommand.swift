import ArgumentParser
import GuardPages

struct FluxCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "flux", abstract: "List the Flux objects as flux get all -A does.",
    discussion: """
      Examples:
        oceanid-ctl flux
        oceanid-ctl flux --json | jq .clusters[0].flux.version
      """)

  @OptionGroup var options: ReadOptions

  @Option(name: .output, help: OutputFormat.help(wide: "every problem in full"))
  var output: OutputFormat?

  @Flag(name: [.short, .long], help: "Print it again after each change, until Ctrl-C.")
  var watch = false

  func run() throws {
    try options.show(.flux, output, watches: watch) { FluxPage.page($0, $1, isWide: output == .wide) }
  }
}
