import ArgumentParser

struct ImagesCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "images",
    abstract: "List image policies with the running images, image repositories and automations.",
    discussion: """
      Examples:
        oceanid-ctl images
        oceanid-ctl images --cluster tethys
      """)

  @OptionGroup var options: ReadOptions

  @Option(name: [.short, .long], help: OutputFormat.help(wide: "the same as without"))
  var output: OutputFormat?

  func run() throws {
    try options.show(.images, output) { ImagesPage.page($0, $1) }
  }
}
