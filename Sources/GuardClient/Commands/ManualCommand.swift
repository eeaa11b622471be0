import ArgumentParser
import Glibc
import GuardRun
import GuardTerminal

extension ManualPage: ExpressibleByArgument {
  init?(argument: String) { self.init(named: argument) }

  static var allValueStrings: [String] { allCases.map(\.rawValue) }
}

struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Show a page of the manual.",
    discussion: """
      On a terminal, man or mandoc displays the page. Otherwise its source is printed, in the language of mdoc(7).

      Examples:
        oceanid-ctl manual
        oceanid-ctl manual oceanid-guard.yaml
        oceanid-ctl manual oceanid-guard.7 | mandoc -T html
      """)

  @Argument(help: "oceanid-ctl, oceanid-guard.yaml, oceanid-guard.7 or oceanid-guard.8.")
  var page = ManualPage.client

  /// Programs that display the page on their standard input. The first installed one is used.
  private static let viewers = [["man", "-l", "-"], ["mandoc", "-a"]]

  func run() throws {
    if isatty(STDOUT_FILENO) == 1, ManualCommand.readStandardInput(from: page.text) {
      for viewer in ManualCommand.viewers { _ = Execution.replaceThisProcess(with: viewer) }
    }
    try StandardOutput.answer(page.text)
  }

  /// Makes `text` the standard input of this process. Uses a temporary file, because the text may not fit in
  /// a pipe.
  private static func readStandardInput(from text: String) -> Bool {
    guard let file = tmpfile() else { return false }
    return fputs(text, file) >= 0 && fflush(file) == 0 && lseek(fileno(file), 0, SEEK_SET) == 0
      && dup2(fileno(file), STDIN_FILENO) == STDIN_FILENO
  }
}
