import ArgumentParser
import GuardPages

struct TunnelCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "tunnel",
    abstract: "Show the SSH tunnel, its forwards, their last connections and recent outages.",
    discussion: """
      In the history, each cell is a span of time: the higher the cell, the longer the tunnel was down. Without a \
      terminal, cells are . (up), + (partly down) and # (down).

      Examples:
        oceanid-ctl tunnel
        oceanid-ctl tunnel --since 24h
      """)

  @OptionGroup var options: ReadOptions

  @Option(name: .output, help: OutputFormat.help(wide: "every problem in full"))
  var output: OutputFormat?

  @Flag(name: [.short, .long], help: "Print it again after each change, until Ctrl-C.")
  var watch = false

  @Option(help: ArgumentHelp("How far back the history goes.", valueName: "duration"))
  var since = TimeSpan(duration: .seconds(6 * 3600), text: "6h")

  func validate() throws {
    guard since.duration >= .seconds(60), since.duration <= .seconds(30 * 86_400) else {
      throw ValidationError("--since must be from 1m to 30d")
    }
  }

  func run() throws {
    try options.show(.tunnel, output, watches: watch) {
      TunnelPage.page($0, $1, range: since.duration, isWide: output == .wide)
    }
  }
}
