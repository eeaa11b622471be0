import ArgumentParser
import FoundationEssentials
import Glibc

extension Manual: ExpressibleByArgument {}

/// For packages: prints a page of the manual.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Print a page of the manual in roff.",
    discussion: """
      Examples:
        oceanid-ctl manual oceanid-ctl | man -l -
        oceanid-ctl manual oceanid-guard.yaml >oceanid-guard.yaml.5
        oceanid-guard --experimental-dump-help | oceanid-ctl manual oceanid-guard >oceanid-guard.8
      """, shouldDisplay: false)

  @Argument(help: "oceanid-ctl, oceanid-guard.yaml, or oceanid-guard (its help dump on standard input).")
  var page: Manual

  func run() throws {
    let text =
      switch page {
      case .client: Manual.client(try CommandHelp.read(Data(OceanidCtl._dumpHelp().utf8)))
      case .configuration: Manual.configuration()
      case .daemon: Manual.daemon(try readDump())
      }
    try StandardOutput.answer(text)
  }

  private func readDump() throws -> CommandHelp {
    guard isatty(STDIN_FILENO) == 0 else {
      throw ValidationError(
        "usage: oceanid-guard --experimental-dump-help | oceanid-ctl manual oceanid-guard")
    }
    var bytes = Data()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(STDIN_FILENO, &buffer, buffer.count), count > 0, bytes.count < 16 << 20 {
      bytes.append(contentsOf: buffer[..<count])
    }
    do { return try CommandHelp.read(bytes) } catch {
      throw ValidationError("standard input is no help dump of oceanid-guard")
    }
  }
}
