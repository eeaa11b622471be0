import ArgumentParser
import GuardAPI
import GuardConnection
import GuardRun
import GuardTerminal
import GuardTypes
import Health

/// What a script may wait for.
enum Goal: String, ExpressibleByArgument, CaseIterable {
  case healthy, tunnel, api

  /// `the tunnel` is `up`.
  var words: (subject: String, state: String) {
    switch self {
    case .healthy: ("the cluster", "healthy")
    case .tunnel: ("the tunnel", "up")
    case .api: ("the API", "ready")
    }
  }

  func isReached(by status: StatusDocument) -> Bool { obstacle(in: status) == nil }

  /// What is in the way; nil where it is reached. A way that leads through a port of another program is none.
  func obstacle(in status: StatusDocument) -> String? {
    guard !status.clusters.isEmpty else { return status.summary }
    if let complaint = status.clusters.lazy.compactMap({ ForwardOwner(cluster: $0).complaint }).first {
      return complaint
    }
    let isReached = status.clusters.allSatisfy { cluster in
      switch self {
      case .healthy: cluster.verdict == .healthy
      case .tunnel: cluster.tunnel.state == .up
      case .api: cluster.tunnel.state == .up && cluster.poll.ok == true && cluster.api.ready == true
      }
    }
    return isReached ? nil : status.summary
  }
}

struct WaitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Wait until the cluster is healthy, or its tunnel or API is there.",
    discussion: """
      Waits for the guard too, and until the cluster's local ports are the guard's own. Exits 0 when it is so, 75 when \
      the time is over, 69 when there was no guard in all that time.

      Examples:
        oceanid-ctl wait --for tunnel && kubectl get nodes
        oceanid-ctl wait --for healthy --timeout 10m --cluster tethys
      """)

  @Option(name: .customLong("for"), help: ArgumentHelp("What to wait for.", valueName: "goal"))
  var goal: Goal

  @Option(help: ArgumentHelp("How long to wait: 250ms, 60s, 5m, 1h.", valueName: "time"))
  var timeout: TimeSpan = TimeSpan(duration: .seconds(60))

  @Flag(help: "Print the status document, once it is so, as JSON.")
  var json = false

  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  func run() throws {
    _ = try Waiting(
      client: connection.client, goal: goal, cluster: choice.cluster, timeout: timeout, announces: false
    ).run()
    guard json else { return }
    try StandardOutput.answer(
      try DocumentText.pretty(try connection.client.statusBytes(), cluster: choice.cluster, section: nil))
  }
}
