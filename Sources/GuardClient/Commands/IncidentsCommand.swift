import ArgumentParser
import GuardAPI
import GuardConnection
import GuardPages
import GuardTerminal

struct IncidentsCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "incidents",
    abstract: "List open and ended incidents.",
    discussion: """
      A problem that lasts becomes an incident. It is pending until two polls have seen it and 20 s have passed, then \
      firing. It is recovering when it is no longer seen, and ends after 30 s. A problem that comes and goes is one \
      flapping incident. While the tunnel is down, the tunnel is the incident, because the state of the cluster \
      is unknown.

      Examples:
        oceanid-ctl incidents
        oceanid-ctl incidents --past 100
        oceanid-ctl incidents --json | jq '.open[].subject'
      """)

  @Option(help: ArgumentHelp("Show only the newest N ended incidents.", valueName: "count"))
  var past = 10

  @Flag(help: "Show all open incidents, not only the first 40.")
  var all = false

  @OptionGroup var format: FormatOption

  @OptionGroup var options: ReadOptions

  func validate() throws {
    guard past >= 0 else { throw ValidationError("--past must be 0 or more") }
  }

  func run() throws {
    let document = try options.connection.client.incidents(of: options.cluster)
    if format.isDocument(json: options.json) { return try StandardOutput.answer(format.text(document)) }
    let terminal = Terminal.standardOutput()
    try StandardOutput.answer(
      IncidentsPage.page(document, terminal, pastLimit: past, showsAll: all).text(for: terminal))
  }
}

extension DaemonClient {
  /// The incidents of one cluster, or of all for nil. An unknown name is an error, because "no incident"
  /// would be misleading. A cluster that is no longer watched may still have incidents.
  func incidents(of cluster: String?) throws -> IncidentsDocument {
    let document = try incidents()
    guard let cluster else { return document }
    let chosen = document.chosen(cluster)
    if chosen.open.isEmpty, chosen.past.isEmpty { _ = try status().chosen(cluster) }
    return chosen
  }
}

extension IncidentsDocument {
  /// The incidents of one cluster, with the silences that apply to it.
  func chosen(_ cluster: String) -> IncidentsDocument {
    var chosen = self
    chosen.open = open.filter { $0.cluster == cluster }
    chosen.past = past.filter { $0.cluster == cluster }
    chosen.silences = silences.filter { $0.cluster == nil || $0.cluster == cluster }
    return chosen
  }
}
