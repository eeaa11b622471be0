import ArgumentParser
import GuardAPI
import GuardConnection
import GuardTerminal
import GuardTypes
import Health

struct ReconnectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconnect", abstract: "Connect the tunnel again now instead of at the next attempt.",
    discussion: """
      It waits until the tunnel is up. A tunnel that is up is only reconnected with --force, because all its open \
      connections are cut. Exit status: 0 if the tunnel is up again, 2 at once if it is blocked until a person acts, \
      75 after the timeout.

      Examples:
        oceanid-ctl reconnect
        oceanid-ctl reconnect --force --cluster tethys
      """)

  @Flag(help: "Also reconnect a tunnel that is up, and cut its connections.")
  var force = false

  @Option(help: ArgumentHelp("How long to wait: 250ms, 60s, 5m, 1h; 0s to not wait.", valueName: "time"))
  var timeout: TimeSpan = TimeSpan(duration: .seconds(60))

  @OptionGroup var options: OrderOptions

  func run() throws {
    let before = try options.connection.client.status(.overview).chosen(options.choice.cluster).clusters
    let isUp = Dictionary(grouping: before) { $0.tunnel.state == .up }
    let (up, down) = (isUp[true] ?? [], isUp[false] ?? [])
    guard force || up.isEmpty || !down.isEmpty else { throw TunnelIsUp(clusters: up, options: options) }
    let targets = force ? before : down
    // Without a filter, the guard reconnects each tunnel.
    if targets.count == before.count {
      try options.send(.reconnect, otherwise: "Reconnecting…")
    } else {
      for cluster in targets { try options.send(.reconnect, otherwise: "Reconnecting…", to: cluster.name) }
    }
    guard timeout.duration > .zero, !targets.isEmpty else { return }
    let began = ContinuousClock.now
    let after = try waiting(for: targets).run().clusters
    let seconds = began.duration(to: .now).inSeconds.rounded(toPlaces: 1)
    for cluster in targets {
      let connections = cluster.tunnel.state == .up ? cluster.tunnel.openConnections : 0
      let peer = after.first { $0.name == cluster.name }?.tunnel.peer.map { " to \($0)" } ?? ""
      let cut = connections > 0 ? "; \(connections.of("connection was", plural: "connections were")) cut" : ""
      try StandardOutput.answer(
        Span("\(cluster.name): the tunnel\(peer) is up after \(seconds) s\(cut)").text + "\n")
    }
  }

  /// Waits for sessions that began after the former ones.
  private func waiting(for targets: [ClusterDocument]) -> Waiting {
    let former = Dictionary(targets.map { ($0.name, $0.tunnel) }, uniquingKeysWith: { first, _ in first })
    return Waiting(
      client: options.connection.client, words: Goal.tunnel.words, cluster: options.choice.cluster,
      timeout: timeout
    ) { status, _ in
      for cluster in status.clusters {
        guard let before = former[cluster.name] else { continue }
        let isNew = cluster.tunnel.isOtherAttempt(than: before)
        if isNew, let blocked = status.blockedTunnel(cluster) { return blocked }
        guard isNew, cluster.tunnel.state == .up else { return Obstacle(reason: status.summary) }
      }
      return nil
    }
  }
}

extension TunnelDocument {
  /// True if a connection attempt ended or began since the former document.
  fileprivate func isOtherAttempt(than former: TunnelDocument) -> Bool {
    (state, since, attempt, lastError?.at) != (
      former.state, former.since, former.attempt, former.lastError?.at
    )
  }
}

/// `reconnect` would only cut connections.
struct TunnelIsUp: CommandError {
  let clusters: [ClusterDocument]
  /// The options of the command, which the next step repeats: without them, it would cut other connections too.
  let options: OrderOptions
  var exitStatus: Int32 { ExitStatus.usage.rawValue }

  var description: String {
    let names = clusters.map(\.name).joined(separator: ", ")
    let connections = clusters.reduce(0) { $0 + $1.tunnel.openConnections }
    let tunnels = clusters.count == 1 ? "the tunnel of \(names) is" : "the tunnels of \(names) are"
    return "\(tunnels) up; a reconnect cuts \(connections.of("open connection"))"
  }

  var remedy: [String] { ["to reconnect anyway: \(options.repeated("reconnect --force"))"] }
}
