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

  func run() throws {
    try options.show(.images) { ImagesPage.page($0, $1) }
  }
}
