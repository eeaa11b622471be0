import ArgumentParser
import GuardAPI
import GuardConnection
import GuardPages
import GuardTerminal
import Health

struct SilenceCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "silence",
    abstract: "Mute the notices of known incidents for some time.",
    discussion: """
      Muted incidents continue, and the status shows them. If an incident was notified before, its end is notified \
      too. WHAT is a subject as oceanid-ctl incidents shows it, or the id of a problem. * stands for any text, and upper \
      and lower case are the same. If it matches no open incident, the answer notes that, and the silence applies to \
      later incidents.

      Examples:
        oceanid-ctl silence 'node calypso' --for 2h --reason "new disk"
        oceanid-ctl silence 'tethys/image/*' --for 1h --reason "registry moves"
        oceanid-ctl silence '*' --cluster tethys --for 30m --reason "upgrade of k3s"
        oceanid-ctl silence                          list the current silences
        oceanid-ctl silence --end 5f3a9c1e
      """)

  @Argument(help: ArgumentHelp("A subject or the id of a problem; '*' for all.", valueName: "what"))
  var pattern: String?

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("How long, from \(SilenceDocument.lengthsText).", valueName: "time"))
  var duration: TimeSpan?

  @Option(help: ArgumentHelp("The reason; it is logged with your user id.", valueName: "text"))
  var reason: String?

  @Option(help: ArgumentHelp("End this silence now.", valueName: "id"))
  var end: String?

  @OptionGroup var format: FormatOption

  @OptionGroup var options: ReadOptions

  func validate() throws {
    if end != nil {
      guard pattern == nil, duration == nil, reason == nil else {
        throw ValidationError("--end cannot be combined with other arguments")
      }
      return
    }
    guard pattern != nil else {
      guard duration == nil, reason == nil else {
        throw ValidationError(
          """
          silence requires a subject or the id of a problem, for example: oceanid-ctl silence 'node calypso' --for \
          2h --reason WHY
          """
        )
      }
      return
    }
    if pattern?.allSatisfy(\.isWhitespace) == true {
      throw ValidationError("the pattern is empty; '*' matches everything")
    }
    guard let duration, let reason, !reason.allSatisfy(\.isWhitespace) else {
      throw ValidationError("silence requires --for TIME and --reason TEXT")
    }
    guard SilenceDocument.lengths.contains(duration.duration) else {
      throw ValidationError("--for must be from \(SilenceDocument.lengthsText)")
    }
  }

  func run() throws {
    let client = options.connection.client
    if let end { return try report(client.exchange(.silence, [("end", end)])) }
    guard let pattern, let duration, let reason else {
      let document = try client.incidents(of: options.cluster)
      let terminal = Terminal.standardOutput()
      return try StandardOutput.answer(
        format.isDocument(json: options.json)
          ? format.text(document.silences)
          : SilencesPage.page(document.silences, terminal).text(for: terminal))
    }
    // A misspelled cluster is an error: its silence would match nothing.
    if options.cluster != nil { _ = try options.chosen(of: client.status(.overview)) }
    try report(client.silence(pattern, for: duration.duration, reason: reason, cluster: options.cluster))
  }

  private func report(_ response: DaemonClient.Response) throws {
    if format.isDocument(json: options.json) {
      return try StandardOutput.answer(format.text(DocumentText.reduced(response.body, nil, nil).pretty))
    }
    let receipt = DocumentCoding.decodeReceipt(response.body)
    try StandardOutput.answer(Span(receipt?.words(at: .now) ?? "done").text + "\n")
  }
}
