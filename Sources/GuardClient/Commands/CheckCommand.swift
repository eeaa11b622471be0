import ArgumentParser
import GuardAPI

extension Part: ExpressibleByArgument {}

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Print a monitoring plugin's line with performance data.")

  @Argument(help: "What to check; all of it where left out.")
  var part: Part?

  @OptionGroup var options: ReadOptions

  func run() throws {
    let status: StatusDocument
    do {
      status = try options.connection.client.status()
    } catch {
      // A monitoring system reads standard output only.
      StandardOutput.write(CheckLine.text(error, part: part))
      throw error
    }
    let chosen = try options.chosen(of: status)
    StandardOutput.write(CheckLine.text(chosen, part: part, now: .now))
    throw ExitCode(ExitStatus(part?.verdict(of: chosen) ?? chosen.verdict).rawValue)
  }
}
