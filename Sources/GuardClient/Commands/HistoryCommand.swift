import ArgumentParser
import GuardAPI
import GuardConnection
import GuardExplain
import GuardHistory
import GuardPages
import GuardTerminal
import GuardTypes
import Health

struct HistoryCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract:
      "Show past incidents with start, end, cause and length.",
    discussion: """
      The events come from the journal, or from the guard if you may not read the journal. A time is 2h, 7d, today, \
      yesterday, 2026-03-01, '2026-03-01 04:12' or 2026-03-01T04:12:07Z.

      Examples:
        oceanid-ctl history                       the last day
        oceanid-ctl history --since 7d            a week
        oceanid-ctl history --event tunnel_down   each time the tunnel went down
        oceanid-ctl history --follow              new events as well
        oceanid-ctl history --json | jq -r .message
      """)

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Start time.", valueName: "time"),
    transform: TimeArgument.read)
  var since: TimeArgument = .dayAgo

  @Option(
    parsing: .unconditional, help: ArgumentHelp("End time (default: now).", valueName: "time"),
    transform: TimeArgument.read)
  var until: TimeArgument?

  @Option(
    help: ArgumentHelp("Show only this event, one line per entry; may be repeated.", valueName: "event"),
    // A closure, so that the catalog is read only when a shell completes this argument.
    completion: .custom { _, _, _ in Catalog.builtIn.entries.map(\.event) })
  var event: [String] = []

  @Flag(name: [.short, .long], help: "Continue with new events until Ctrl-C.")
  var follow = false

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("Show only the newest N entries.", valueName: "count"))
  var limit = HistoryQuery.defaultLimit

  @Flag(help: "Print one line per entry instead of one per incident.")
  var entries = false

  @Option(
    help: ArgumentHelp("Read the journal files in this folder.", valueName: "folder"), completion: .directory)
  var directory: String?

  @OptionGroup var format: FormatOption

  @OptionGroup var options: ReadOptions

  func validate() throws {
    guard (1...HistoryQuery.largestLimit).contains(limit) else {
      throw ValidationError("--limit must be from 1 to \(HistoryQuery.largestLimit)")
    }
    let now = Timestamp.now
    try since.checkStart(now: now)
    if let until, until.timestamp(now: now) <= since.timestamp(now: now) {
      throw ValidationError("--until \(until) is not after --since \(since)")
    }
    for name in event where !Catalog.builtIn.entries.contains(where: { $0.event == name }) {
      let hint =
        Spelling.nearest(to: name, among: Catalog.builtIn.entries.map(\.event)).map {
          "; did you mean \($0)? List"
        }
        ?? "; list"
      throw ValidationError("unknown event '\(name)'\(hint) them with: oceanid-ctl explain")
    }
    if until != nil, follow { throw ValidationError("--until and --follow cannot be used together") }
  }

  func run() throws {
    let now = Timestamp.now
    let query = HistoryQuery(
      since: since.timestamp(now: now), until: until?.timestamp(now: now), limit: limit,
      cluster: options.cluster, events: event)
    let reading = HistoryReading(client: options.connection.client, folder: directory)
    try reading.check(options.cluster, of: try? options.connection.client.status(.overview))
    let read = try reading.read(query)
    let history = follow ? read : try reading.known(read, query)
    let unknown = isPage ? reading.unknownTimes(of: history, query, now: now) : []
    try StandardOutput.answer(text(history, query.until.flatMap { $0 < now ? $0 : nil }, unknown))
    guard follow else { return }
    try reading.follow(query, after: history.events.last?.at ?? now) {
      try StandardOutput.writePart(try line($0))
    }
  }

  /// True for incidents with a last line, false for entries.
  private var isPage: Bool {
    !format.isDocument(json: options.json) && !entries && !follow && event.isEmpty
  }

  /// - Parameters:
  ///   - end: the end of the history, if that is before now.
  ///   - unknown: the times in which the guard was not running.
  private func text(_ history: HistoryDocument, _ end: Timestamp?, _ unknown: [Availability.Span]) throws
    -> String
  {
    guard isPage else { return try history.events.map(line).joined() }
    let terminal = Terminal.standardOutput()
    let range = until.map { "from \(since) to \($0)" } ?? since.toNow
    return HistoryPage.page(history, terminal, range: range, until: end, unknown: unknown).text(for: terminal)
  }

  private func line(_ change: ChangeDocument) throws -> String {
    if format.isDocument(json: options.json) {
      return (format.output == .yaml ? "---\n" : "") + (try format.text(change))
    }
    let terminal = Terminal.standardOutput()
    return Page(lines: [ChangeLine.line(change, now: terminal.now)]).text(for: terminal)
  }
}
