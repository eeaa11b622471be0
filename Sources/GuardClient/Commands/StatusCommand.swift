import ArgumentParser

struct StatusCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what is wrong, since when, why, and what to run.",
    discussion: """
      Examples:
        oceanid-ctl status
        oceanid-ctl status -o wide          with every node, Flux object and policy
        oceanid-ctl status --json | jq -r .problems[].id
      """)

  @OptionGroup var options: ReadOptions

  @Option(name: [.short, .long], help: "wide: with every node, Flux object and image policy.")
  var output: Layout?

  func run() throws {
    try options.show(nil) { StatusPage.page($0, $1, isWide: output == .wide) }
  }
}
