import ArgumentParser
import FoundationEssentials
import GuardAPI
import GuardConnection
import GuardExplain
import GuardPages
import GuardTerminal
import GuardTypes
import Health

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain an event, a problem or an error: what it means and what to do.",
    discussion: """
      Without a word, it lists all events, problems and errors. A problem is named by its id or its code (see status \
      --json), by the last part of its id, or by its kind.

      Examples:
        oceanid-ctl explain tunnel_blocked
        oceanid-ctl explain host_key_changed
        oceanid-ctl explain tethys/node/calypso/not-ready
        oceanid-ctl explain node-not-ready
        oceanid-ctl explain certificate
      """)

  @Argument(
    help: ArgumentHelp("An event, a problem or an error.", valueName: "word"),
    // A closure, so that the catalog is read only when a shell completes this argument.
    completion: .custom { _, _, _ in known })
  var word: String?

  @Flag(help: "Print the explanation as JSON.")
  var json = false

  @OptionGroup var format: FormatOption

  @OptionGroup var connection: SocketOption

  /// All words, each once: `tunnel_down` is both an event and an error.
  static var known: [String] {
    let events = Catalog.builtIn.entries.map(\.event)
    return events + Topic.words.filter { !events.contains($0) }
  }

  func run() throws {
    let explanation = try explanation()
    if format.isDocument(json: json) {
      return try StandardOutput.answer(format.text(explanation.json.pretty))
    }
    let terminal = Terminal.standardOutput()
    try StandardOutput.answer(ExplainPage.page(explanation, terminal).text(for: terminal))
  }

  private func explanation() throws -> Explanation {
    guard let word else { return .all }
    if let entry = Catalog.builtIn.entries.first(where: { $0.event == word || $0.messageID == word }) {
      return .event(entry)
    }
    let problem = word.count { $0 == "/" } > 1 ? current(word) : nil
    let topics = problem.map { Topic.of(code: $0.code, id: $0.id) } ?? Topic.of(word)
    guard !topics.isEmpty || problem != nil else { throw Unexplained(word: word) }
    return .topics(topics, problem)
  }

  /// The current problem; nil if the guard has none of that id or cannot be reached.
  private func current(_ id: String) -> ProblemDocument? {
    (try? connection.client.status(.overview))?.problems.first { $0.id == id }
  }
}

/// A word that `explain` does not know.
struct Unexplained: CommandError {
  let word: String
  var exitStatus: Int32 { ExitStatus.usage.rawValue }

  var description: String {
    let last = word.split(separator: "/").last.map(String.init) ?? word
    let hint = Spelling.nearest(to: last, among: ExplainCommand.known).map { "; did you mean \($0)?" } ?? ""
    return "unknown event, problem or error '\(word)'\(hint)"
  }

  var remedy: [String] { ["list them with: oceanid-ctl explain"] }
}
