import ArgumentParser
import FoundationEssentials
import GuardAPI
import GuardConnection
import GuardPages
import GuardTerminal
import GuardTypes
import Health

struct WhereCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "where",
    abstract: "Show which stages of the pipeline have a commit, and where it is stuck.",
    discussion: """
      Each stage has the commit, is not affected by it, waits for it, or is stuck. For a stuck stage, the reason and \
      the next step are shown.

      Examples:
        oceanid-ctl where $(git rev-parse HEAD)
        oceanid-ctl where 8f3c1a2 --cluster tethys
        oceanid-ctl where 8f3c1a2 --json | jq -r '.clusters[].stages[] | select(.state == "stuck") | .id'

      Exit status: 0 if every stage that the commit affects has it, 1 if it is on its way, 2 if it is stuck, \
      3 if that is not known; 64 if no pipeline is configured or the commit is unknown.
      """)

  @Argument(help: "The commit: \(CommitPrefix.form).")
  var commit: CommitPrefix

  @OptionGroup var options: ReadOptions

  @OptionGroup var format: FormatOption

  func validate() throws {
    guard !options.json || format.output != .yaml else {
      throw ValidationError("--json and --output yaml exclude each other")
    }
  }

  func run() throws {
    let places = try Places(client: options.connection.client, cluster: options.cluster).find(commit)
    try StandardOutput.answer(try text(places))
    let verdict = places.reduce(Verdict.healthy) { $0.combined(with: $1.verdict) }
    throw ExitCode(ExitStatus(verdict).rawValue)
  }

  private func text(_ places: [WhereDocument]) throws -> String {
    guard format.isDocument(json: options.json) else {
      let terminal = Terminal.standardOutput()
      return WherePage.page(places, terminal).text(for: terminal)
    }
    let bytes = try DocumentCoding.encode(PlacesDocument(clusters: places))
    let value = try JSONDecoder().decode(JSONValue.self, from: bytes)
    return format.output == .yaml ? value.yaml : value.pretty
  }

  /// The document that `--json` prints.
  private struct PlacesDocument: Encodable {
    let clusters: [WhereDocument]
  }
}

/// Asks the guard where a commit is, in one cluster or in all that have a pipeline.
struct Places {
  let client: DaemonClient
  /// nil for all.
  let cluster: String?

  /// - Throws: `NoPipeline` if no cluster has one, `ClientError`, `NoSuchCluster`.
  func find(_ commit: CommitPrefix) throws -> [WhereDocument] {
    let status = try client.status(.overview).chosen(cluster)
    let names = status.clusters.filter { $0.pipeline != nil }.map(\.name)
    guard !names.isEmpty else { throw NoPipeline(cluster: cluster) }
    var client = client
    client.timeout = .seconds(20)
    return try names.map { try client.place(of: commit.digits, in: $0) }
  }
}

/// A request for the pipeline of a guard that watches none.
struct NoPipeline: CommandError, Hashable {
  /// nil if no cluster has one.
  let cluster: String?
  var exitStatus: Int32 { ExitStatus.usage.rawValue }

  var description: String {
    "no pipeline is configured" + (cluster.map { " for \($0)" } ?? "")
  }

  var remedy: [String] { ["add the key pipeline of a cluster: man oceanid-guard.yaml"] }
}

extension CommitPrefix: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}
