import ArgumentParser
import GuardAPI
import GuardConnection
import GuardTerminal
import Health

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Print the guard's metrics in the text format of Prometheus.",
    discussion: """
      Over the socket, the metrics are also available as OpenMetrics (Accept: application/openmetrics-text).

      Examples:
        oceanid-ctl metrics
        oceanid-ctl metrics --cluster tethys | grep tunnel_up
        oceanid-ctl metrics --json | jq '.[] | select(.name == "oceanid_nodes_ready")'
      """)

  @Flag(help: "Print the samples as JSON.")
  var json = false

  @OptionGroup var format: FormatOption

  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  func run() throws {
    if choice.cluster != nil { _ = try connection.client.status(.overview).chosen(choice.cluster) }
    let text = String(decoding: try connection.client.exchange(.metrics).body, as: UTF8.self)
    let wanted = Self.lines(text, of: choice.cluster)
    if format.isDocument(json: json) {
      let samples = JSONValue.array(wanted.compactMap { MetricSample($0)?.json })
      return try StandardOutput.answer(format.text(samples.pretty))
    }
    try StandardOutput.answer(Self.shown(wanted))
  }

  /// The lines about the cluster, or all of them for nil.
  private static func lines(_ text: String, of cluster: String?) -> [Substring] {
    text.split(separator: "\n").filter { line in
      guard let cluster, !line.hasPrefix("#") else { return true }
      return MetricSample(line)?.labels["cluster"] == cluster
    }
  }

  /// The lines for a terminal: another program on the socket may answer with control characters.
  static func shown(_ lines: [Substring]) -> String { lines.map { $0 + "\n" }.joined().escapedLines }
}
