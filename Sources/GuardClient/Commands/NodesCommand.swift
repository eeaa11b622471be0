import ArgumentParser

struct NodesCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "nodes", abstract: "List the nodes as kubectl get nodes does.",
    discussion: """
      Examples:
        oceanid-ctl nodes -o wide
        oceanid-ctl nodes || echo "a node is not healthy"
      """)

  @OptionGroup var options: ReadOptions

  @Option(name: [.short, .long], help: "wide: also show GPUs and conditions.")
  var output: Layout?

  func run() throws {
    try options.show(.nodes) { NodesPage.page($0, $1, isWide: output == .wide) }
  }
}
