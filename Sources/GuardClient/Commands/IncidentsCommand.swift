import ArgumentParser
import GuardAPI

struct IncidentsCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "incidents",
    abstract: "List what people are told of: open incidents, and those that are over.",
    discussion: """
      A problem becomes an incident when it lasts: it is pending until it was there for 20 s and in two polls, fires, \
      recovers when it is not seen any more, and is over after 30 s without it. What comes and goes is flapping, and \
      one incident. While the tunnel is down, it is the incident: of what lies behind it nothing is known.

      Examples:
        oceanid-ctl incidents
        oceanid-ctl incidents --past 100
        oceanid-ctl incidents --json | jq '.open[].subject'
      """)

  @Option(help: ArgumentHelp("So many that are over, the newest.", valueName: "count"))
  var past = 10

  @OptionGroup var options: ReadOptions

  func validate() throws {
    guard past >= 0 else { throw ValidationError("--past takes 0 or more") }
  }

  func run() throws {
    let document = try options.connection.client.incidents(of: options.cluster)
    if options.json {
      return try StandardOutput.answer(
        String(decoding: try DocumentCoding.encode(document), as: UTF8.self) + "\n")
    }
    let terminal = Terminal.standardOutput()
    try StandardOutput.answer(
      IncidentsPage.page(document, terminal, pastLimit: past).text(for: terminal))
  }
}

extension DaemonClient {
  func incidents() throws(ClientError) -> IncidentsDocument {
    let bytes = try exchange(.incidents).body
    do { return try DocumentCoding.decode(IncidentsDocument.self, from: bytes) } catch {
      throw .document(error)
    }
  }

  /// Those of one cluster; nil: of all. Of a name that no cluster has, "no incident" would be a false all-clear; one
  /// that is not watched any more may have left some.
  func incidents(of cluster: String?) throws -> IncidentsDocument {
    let document = try incidents()
    guard let cluster else { return document }
    let chosen = document.chosen(cluster)
    if chosen.open.isEmpty, chosen.past.isEmpty { _ = try status().chosen(cluster) }
    return chosen
  }
}

extension IncidentsDocument {
  /// Those of one cluster; silences of every cluster are its own too.
  func chosen(_ cluster: String) -> IncidentsDocument {
    var chosen = self
    chosen.open = open.filter { $0.cluster == cluster }
    chosen.past = past.filter { $0.cluster == cluster }
    chosen.silences = silences.filter { $0.cluster == nil || $0.cluster == cluster }
    return chosen
  }
}
