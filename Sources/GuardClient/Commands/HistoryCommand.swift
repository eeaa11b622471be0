import ArgumentParser
import GuardAPI
import GuardConnection
import GuardHistory
import GuardTerminal
import Health

struct HistoryCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract:
      "Tell what happened: each incident with its beginning, its end, its cause and how long it took.",
    discussion: """
      Read from the journal, or from the guard where you have no right to the journal. Times: 2h or 7d ago, today, \
      yesterday, 2026-03-01, '2026-03-01 04:12', 2026-03-01T04:12:07Z.

      Examples:
        oceanid-ctl history                       the last day
        oceanid-ctl history --since 7d            a week
        oceanid-ctl history --event tunnel_down   each time that the tunnel went down
        oceanid-ctl history --follow              and what happens from now on
        oceanid-ctl history --json | jq -r .message
      """)

  @Option(help: ArgumentHelp("From when on.", valueName: "time"))
  var since: Moment = .dayAgo

  @Option(help: ArgumentHelp("Until when; now where left out.", valueName: "time"))
  var until: Moment?

  @Option(
    help: ArgumentHelp("Only these events, a line for each entry; may be given again.", valueName: "event"),
    // Asked for when a shell completes: no other command pays for reading the catalog.
    completion: .custom { _, _, _ in Catalog.builtIn.entries.map(\.event) })
  var event: [String] = []

  @Flag(name: [.short, .long], help: "Go on with what happens; Ctrl-C ends it.")
  var follow = false

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("At most so many entries, the newest.", valueName: "count"))
  var limit = HistoryQuery.defaultLimit

  @Flag(help: "A line for each entry instead of one for each incident.")
  var entries = false

  @Option(
    help: ArgumentHelp("Read the journal files in this folder.", valueName: "folder"), completion: .directory)
  var directory: String?

  @OptionGroup var options: ReadOptions

  func validate() throws {
    guard (1...HistoryQuery.largestLimit).contains(limit) else {
      throw ValidationError("--limit takes 1 to \(HistoryQuery.largestLimit)")
    }
    let now = Timestamp.now
    if let until, until.timestamp(now: now) <= since.timestamp(now: now) {
      throw ValidationError("--until \(until) is not after --since \(since)")
    }
    for name in event where !Catalog.builtIn.entries.contains(where: { $0.event == name }) {
      let hint =
        Spelling.nearest(to: name, among: Catalog.builtIn.entries.map(\.event)).map {
          "; did you mean \($0)?"
        }
        ?? ""
      throw ValidationError("there is no event '\(name)'\(hint) All of them: oceanid-ctl explain")
    }
    if until != nil, follow { throw ValidationError("--until and --follow exclude each other") }
  }

  func run() throws {
    let now = Timestamp.now
    let query = HistoryQuery(
      since: since.timestamp(now: now), until: until?.timestamp(now: now), limit: limit,
      cluster: options.cluster, events: event)
    let reading = HistoryReading(client: options.connection.client, folder: directory)
    // A guard that can't be asked says nothing against a name: the journal may know it.
    if let cluster = options.cluster, let status = try? options.connection.client.status(),
      status.only(cluster) == nil, !reading.knows(cluster)
    {
      throw NoSuchCluster(name: cluster, known: status.clusters.map(\.name))
    }
    let history = try reading.read(query)
    try StandardOutput.answer(text(history, query.until.flatMap { $0 < now ? $0 : nil }))
    guard follow else { return }
    try reading.follow(query, after: history.events.last?.at ?? now) { try StandardOutput.tell(try line($0)) }
  }

  /// - Parameter end: where it ends before now.
  private func text(_ history: HistoryDocument, _ end: Timestamp?) throws -> String {
    if options.json || entries || follow || !event.isEmpty { return try history.events.map(line).joined() }
    let terminal = Terminal.standardOutput()
    let range = until.map { "from \(since) to \($0)" } ?? "since \(since)"
    return HistoryPage.page(history, terminal, range: range, until: end).text(for: terminal)
  }

  private func line(_ change: ChangeDocument) throws -> String {
    if options.json { return String(decoding: try DocumentCoding.encode(change), as: UTF8.self) + "\n" }
    let terminal = Terminal.standardOutput()
    return Page(lines: [ChangeLine.line(change, now: terminal.now)]).text(for: terminal)
  }
}

extension Moment {
  fileprivate static let dayAgo = Moment(ago: .seconds(86_400), description: "24h ago")
}
