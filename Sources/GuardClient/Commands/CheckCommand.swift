import ArgumentParser
import GuardAPI

extension Section: ExpressibleByArgument {}

struct CheckCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Print a monitoring plugin's line with performance data.",
    discussion: """
      With problems, a line for each follows.

      Examples:
        oceanid-ctl check
        oceanid-ctl check tunnel --cluster tethys
      """)

  @Argument(help: "What to check; all of it where left out.")
  var section: Section?

  @OptionGroup var options: ReadOptions

  func run() throws {
    if options.json { return try options.show(section) { _, _ in Page() } }
    let status: StatusDocument
    do {
      status = try options.chosen(of: options.connection.client.status())
    } catch {
      // A monitoring system reads standard output only.
      try StandardOutput.answer(CheckLine.text(error, section: section))
      throw error
    }
    try StandardOutput.answer(CheckLine.text(status, section: section, now: .now))
    throw ExitCode(ExitStatus(section?.verdict(of: status) ?? status.verdict).rawValue)
  }
}
