import ArgumentParser
import GuardPages

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

  @Option(name: .output, help: OutputFormat.help(wide: "every problem in full"))
  var output: OutputFormat?

  @Flag(name: [.short, .long], help: "Print it again after each change, until Ctrl-C.")
  var watch = false

  func run() throws {
    try options.show(.images, output, watches: watch) { ImagesPage.page($0, $1, isWide: output == .wide) }
  }
}
