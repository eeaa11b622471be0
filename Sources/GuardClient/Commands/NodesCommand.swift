import ArgumentParser
import GuardPages

struct NodesCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "nodes", abstract: "List the nodes as kubectl get nodes does.",
    discussion: """
      Examples:
        oceanid-ctl nodes -o wide
        oceanid-ctl nodes || echo "a node is not healthy"
      """)

  @OptionGroup var options: ReadOptions

  @Option(name: .output, help: OutputFormat.help(wide: "also GPUs and conditions"))
  var output: OutputFormat?

  @Flag(name: [.short, .long], help: "Print it again after each change, until Ctrl-C.")
  var watch = false

  func run() throws {
    try options.show(.nodes, output, watches: watch) { NodesPage.page($0, $1, isWide: output == .wide) }
  }
}
