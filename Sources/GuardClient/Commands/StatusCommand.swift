import ArgumentParser

struct StatusCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what is wrong, since when, why, and what to run.",
    discussion: """
      Examples:
        oceanid-ctl status
        oceanid-ctl status -o wide          every node, Flux object and policy as well
        oceanid-ctl status --json | jq -r .problems[].id
      """)

  @OptionGroup var options: ReadOptions

  @Option(
    name: [.short, .long], help: OutputFormat.help(wide: "also every node, Flux object and image policy"))
  var output: OutputFormat?

  func run() throws {
    try options.show(nil, output) { StatusPage.page($0, $1, isWide: output == .wide) }
  }
}
