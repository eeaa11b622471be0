import ArgumentParser
import Glibc
import GuardAPI
import GuardConnection
import GuardTerminal

/// Polls the guard until the goal is reached or the timeout ends.
struct Waiting {
  var client: DaemonClient
  let goal: Goal
  let cluster: String?
  let timeout: TimeSpan
  /// True to print on a terminal what the command waits for.
  let announces: Bool

  /// Returns the first document in which the goal is reached. Exits with status 75 after the timeout.
  func run() throws -> StatusDocument {
    let end = ContinuousClock.now + timeout.duration
    let (subject, state) = goal.words
    var client = client
    var isAnnounced = !announces || isatty(STDERR_FILENO) == 0
    while true {
      // The last request must not last much longer than the wait itself.
      client.timeout = min(.seconds(5), max(.milliseconds(500), end - .now))
      let reason: String
      do {
        let status = try client.status().chosen(cluster)
        guard let obstacle = goal.obstacle(in: status) else { return status }
        reason = obstacle
      } catch let error as ClientError where error.isTransient {
        if ContinuousClock.now >= end { throw error }
        reason = "\(error)"
      }
      guard ContinuousClock.now < end else {
        StandardOutput.writeError(
          "oceanid-ctl: after \(timeout) \(subject) is still not \(state): \(Span(reason).text)\n")
        throw ExitCode(ExitStatus.timedOut.rawValue)
      }
      if !isAnnounced {
        StandardOutput.writeError(
          "oceanid-ctl: waiting until \(subject) is \(state): \(Span(reason).text)\n")
        isAnnounced = true
      }
      // A request is cheap for the guard: its answer is already encoded.
      usleep(200_000)
    }
  }
}

extension StatusDocument {
  /// The document with only the cluster of that name, or with all clusters for nil.
  func chosen(_ cluster: String?) throws(NoSuchCluster) -> StatusDocument {
    guard let cluster else { return self }
    guard let only = only(cluster) else { throw NoSuchCluster(name: cluster, known: clusters.map(\.name)) }
    return only
  }
}
