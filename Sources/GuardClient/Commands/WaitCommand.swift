import ArgumentParser
import Glibc
import GuardAPI
import Health

/// What a script may wait for.
enum Goal: String, ExpressibleByArgument, CaseIterable {
  case healthy, tunnel, api

  func isReached(by status: StatusDocument) -> Bool {
    !status.clusters.isEmpty
      && status.clusters.allSatisfy { cluster in
        switch self {
        case .healthy: cluster.verdict == .healthy
        case .tunnel: cluster.tunnel.state == .up
        case .api: cluster.tunnel.state == .up && cluster.poll.ok == true && cluster.api.ready == true
        }
      }
  }
}

struct WaitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Wait until the cluster is healthy, or its tunnel or API is there.",
    discussion: "Waits for the guard too. Exits 0 when it is so, 75 when the time is over.")

  @Option(name: .customLong("for"), help: ArgumentHelp("What to wait for.", valueName: "goal"))
  var goal: Goal

  @Option(help: ArgumentHelp("How long to wait: 250ms, 60s, 5m, 1h.", valueName: "time"))
  var timeout: TimeSpan = TimeSpan(duration: .seconds(60))

  @OptionGroup var connection: SocketOption

  @Option(help: ArgumentHelp("Only this cluster.", valueName: "name"))
  var cluster: String?

  func run() throws {
    let end = ContinuousClock.now + timeout.duration
    var client = connection.client
    while true {
      // The last question must not outlast the wait itself by much.
      client.timeout = min(.seconds(5), max(.milliseconds(500), end - .now))
      let reason: String
      do {
        let status = try chosen(of: client.status())
        if goal.isReached(by: status) { return }
        reason = status.summary
      } catch let error as ClientError where error.isTransient {
        if ContinuousClock.now >= end { throw error }
        reason = "\(error)"
      }
      guard ContinuousClock.now < end else {
        StandardOutput.writeError(
          "oceanid-ctl: after \(timeout) still not \(goal.rawValue): \(Span(reason).text)\n")
        throw ExitCode(ExitStatus.timedOut.rawValue)
      }
      // A question costs the guard nothing: its answer is prepared bytes.
      usleep(200_000)
    }
  }

  private func chosen(of status: StatusDocument) throws(NoSuchCluster) -> StatusDocument {
    guard let cluster else { return status }
    guard let only = status.only(cluster) else {
      throw NoSuchCluster(name: cluster, known: status.clusters.map(\.name))
    }
    return only
  }
}
