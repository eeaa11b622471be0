import ArgumentParser
import FoundationEssentials
import GuardAPI
import GuardConnection
import GuardHistory
import GuardTerminal
import Health

struct DiffCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what changed in the clusters: nodes, versions, Flux revisions, images, problems.",
    discussion: """
      It compares the end of a span of time with its beginning. A value that changed several times is one line with the \
      number of steps. The changes come from the journal, or from the guard if you may not read the journal. A change \
      that the guard could not see at once has the time before which it did not happen. Times are as in history.

      Examples:
        oceanid-ctl diff                          the last day
        oceanid-ctl diff --since yesterday        since midnight of the day before
        oceanid-ctl diff --since 2h --cluster tethys
        oceanid-ctl diff --since '2026-03-01 22:00' --until '2026-03-02 03:10'
        oceanid-ctl diff --json | jq -r '.changes[] | [.fact, .from, .to] | @tsv'

      Exit status: 0, even if something changed; 69 if neither the journal nor the guard can be read.
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
    help: ArgumentHelp("Read the journal files in this folder.", valueName: "folder"), completion: .directory)
  var directory: String?

  @Option(
    name: .output,
    help: ArgumentHelp("json or yaml: the differences as a document.", valueName: "format"))
  var output: DocumentFormat?

  @OptionGroup var options: ReadOptions

  func validate() throws {
    let now = Timestamp.now
    try since.checkStart(now: now)
    guard since.timestamp(now: now) < until?.timestamp(now: now) ?? now else {
      throw ValidationError("--since \(since) is not before --until \(until?.description ?? "now")")
    }
    guard !options.json || output != .yaml else {
      throw ValidationError("--json and --output yaml exclude each other")
    }
  }

  func run() throws {
    let now = Timestamp.now
    let (from, to) = (since.timestamp(now: now), min(now, until?.timestamp(now: now) ?? now))
    let client = options.connection.client
    let reading = HistoryReading(client: client, folder: directory)
    let status = directory == nil ? try? client.status(.overview) : nil
    try reading.check(options.cluster, of: status)
    let history = try reading.read(
      HistoryQuery(since: from, until: to, limit: HistoryQuery.largestLimit))
    let before = try? reading.read(HistoryQuery(until: from, limit: 1)).events.last
    let lastStart = try? reading.read(
      HistoryQuery(until: from, limit: 1, events: [Event.started.name])
    ).events.last
    let document = DiffDocument(
      history, before: before, lastStart: lastStart,
      cluster: options.cluster, isRunning: status != nil, since: from, until: to)
    try StandardOutput.answer(try text(document))
  }

  private func text(_ document: DiffDocument) throws -> String {
    guard options.json || output != nil else {
      let terminal = Terminal.standardOutput()
      let range = until.map { "from \(since) to \($0)" } ?? since.toNow
      return DiffPage.page(document, terminal, range: range).text(for: terminal)
    }
    let value = try JSONDecoder().decode(JSONValue.self, from: DocumentCoding.encode(document))
    return output == .yaml ? value.yaml : value.pretty
  }
}
