import ArgumentParser
import Glibc
import GuardAPI
import GuardConnection
import GuardHistory
import GuardTerminal
import GuardWeb
import Health
import Platform

struct ReportCommand: ParsableCommand, TimeDisplaying {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write an HTML report: availability, incidents and round-trip times.",
    discussion: """
      The report is one HTML file that needs no network and no other file. The events come from the journal, or from \
      the guard if you may not read the journal. An existing file keeps its mode and owner. Round-trip times, and \
      the objects without an incident, come from the guard. Unknown times are shown as unknown. If the disk is full \
      or fails, the exit status is 74; if the file cannot be made, 64. For the events as JSON: oceanid-ctl history \
      --json.

      Examples:
        oceanid-ctl report --output report.html
        oceanid-ctl report --since 30d --output month.html
        oceanid-ctl report --since 2026-03-01 --until 2026-04-01 --output - | gzip > march.html.gz
      """)

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Start time.", valueName: "time"),
    transform: TimeArgument.read)
  var since = TimeArgument(ago: .seconds(7 * 86_400), description: "7d")

  @Option(
    parsing: .unconditional, help: ArgumentHelp("End time (default: now).", valueName: "time"),
    transform: TimeArgument.read)
  var until: TimeArgument?

  @Option(
    name: .output, help: ArgumentHelp("The file to write; - for standard output.", valueName: "file"),
    completion: .file())
  var output: String

  @Option(
    help: ArgumentHelp("Read the journal files in this folder.", valueName: "folder"), completion: .directory)
  var directory: String?

  // Not ReadOptions: a report has no JSON form.
  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  @Flag(help: "Show exact times in UTC instead of this machine's zone.")
  var utc = false

  func validate() throws {
    guard !output.isEmpty else { throw ValidationError("--output requires a file name or -") }
    let now = Timestamp.now
    try since.checkStart(now: now)
    if let until, until.timestamp(now: now) <= since.timestamp(now: now) {
      throw ValidationError("--until \(until) is not after --since \(since)")
    }
    guard since.timestamp(now: now) < now else { throw ValidationError("--since \(since) is not before now") }
  }

  func run() throws {
    let now = Timestamp.now
    let from = since.timestamp(now: now)
    let to = min(now, until?.timestamp(now: now) ?? now)
    let source = ReportSource(client: connection.client, folder: directory, cluster: choice.cluster)
    try write(ReportFile.html(source.report(from: from, to: to, now: now)))
  }

  private func write(_ page: String) throws {
    guard output != "-" else { return try StandardOutput.answer(page) }
    do throws(SystemError) {
      try SmallFile.write(Array(page.utf8), to: output)
    } catch {
      throw UnwritableReport(path: output, error: error)
    }
    StandardOutput.writeError("written: \(Span(output).text)\n")
  }
}

/// Collects the data of a report from the history and the guard.
struct ReportSource: Sendable {
  let client: DaemonClient
  /// Journal files from another machine, used instead of the local journal.
  var folder: String?
  /// nil for all clusters.
  let cluster: String?

  func report(from: Timestamp, to: Timestamp, now: Timestamp) throws -> ReportDocument {
    let reading = HistoryReading(client: client, folder: folder)
    let limit = HistoryQuery.largestLimit
    let history = try reading.read(
      HistoryQuery(since: from, until: to, limit: limit, cluster: nil, events: [])
    ).chosen(cluster)
    let before = try? reading.read(HistoryQuery(until: from, limit: 1)).events.last
    // A folder of journal files may come from another machine, so this machine's guard is not queried.
    let status = folder == nil ? try? client.status() : nil
    let roundTrips = folder == nil ? try? client.roundTrips() : nil
    let slot = Duration.seconds(roundTrips?.slotSeconds ?? 0)
    let signs = (roundTrips?.clusters.flatMap(\.slots) ?? []).map { $0.at + slot }.sorted()
    let facts = ReportFacts(
      history, before: before, signs: signs, status: try status?.chosen(cluster), from: from, to: to)
    return ReportDocument(facts, roundTrips: roundTrips?.chosen(cluster), now: now)
  }
}

/// The report's file cannot be written.
struct UnwritableReport: CommandError {
  let path: String
  let error: SystemError
  /// A full disk is not a mistake in the command line.
  var exitStatus: Int32 {
    [ENOSPC, EIO, EDQUOT, EFBIG].contains(error.code)
      ? UnwritableOutput.status : ExitStatus.usage.rawValue
  }

  var description: String { "\(path) cannot be written: \(error); name another file with --output" }
}

extension RoundTripsDocument {
  fileprivate func chosen(_ cluster: String?) -> RoundTripsDocument {
    guard let cluster else { return self }
    return RoundTripsDocument(slotSeconds: slotSeconds, clusters: clusters.filter { $0.name == cluster })
  }
}

extension HistoryDocument {
  /// The events of one cluster and of the guard itself.
  fileprivate func chosen(_ cluster: String?) -> HistoryDocument {
    guard let cluster else { return self }
    var chosen = self
    chosen.events = events.filter { $0.cluster == cluster || $0.cluster.isEmpty }
    return chosen
  }
}
