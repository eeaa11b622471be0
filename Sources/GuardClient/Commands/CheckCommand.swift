import ArgumentParser
import FoundationEssentials
import Glibc
import GuardAPI
import GuardConnection
import GuardPages
import GuardTerminal

extension Section: ExpressibleByArgument {}

struct CheckCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Print one line with performance data for Nagios or Icinga.",
    discussion: """
      It then prints one line for each of the first 16 problems. The exit status is always 0 (OK), 1 (WARNING), 2 (CRITICAL) or 3 (UNKNOWN). \
      It is 3 if the guard cannot be reached, if it has no such cluster, and if an option is wrong.

      Examples:
        oceanid-ctl check
        oceanid-ctl check tunnel --cluster tethys
      """)

  @Argument(help: "The part to check (default: everything).")
  var section: Section?

  @OptionGroup var format: FormatOption

  @OptionGroup var options: ReadOptions

  func run() throws {
    do {
      if format.isDocument(json: options.json) {
        return try options.show(section, format.output == .yaml ? .yaml : .json) { _, _ in Page() }
      }
      let status = try options.chosen(of: options.connection.client.status())
      try StandardOutput.answer(CheckLine.text(status, section: section, now: .now))
      throw ExitCode(ExitStatus(section?.verdict(of: status) ?? status.verdict).rawValue)
    } catch let code as ExitCode where (0...ExitStatus.unknown.rawValue).contains(code.rawValue) {
      throw code
    } catch {
      // A monitoring system reads only standard output and accepts only the exit statuses 0 to 3.
      StandardOutput.write(
        format.isDocument(json: options.json)
          ? ErrorOutput(message: "\(error)", status: .unknown).json
          : CheckLine.text("\(error)", section: section))
      throw ExitCode(ExitStatus.unknown.rawValue)
    }
  }

  /// True if an invalid command line was meant for `check`.
  static func isMeant(by arguments: [String]) -> Bool {
    (MisplacedOption(arguments)?.order.first ?? arguments.first) == configuration.commandName
  }

  /// Ends this process because of an invalid command line.
  static func fail(_ message: String, _ explanation: String, asJSON isJSON: Bool) -> Never {
    StandardOutput.write(
      isJSON
        ? ErrorOutput(message: message, status: .unknown).json : CheckLine.text(message, section: nil))
    StandardOutput.writeError(explanation + "\n")
    Glibc.exit(ExitStatus.unknown.rawValue)
  }
}
