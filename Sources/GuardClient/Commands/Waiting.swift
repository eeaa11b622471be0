import ArgumentParser
import Glibc
import GuardAPI
import GuardConnection
import GuardPages
import GuardRun
import GuardTerminal
import GuardTypes
import Health

/// The reason why a goal is not reached yet.
struct Obstacle: Hashable {
  let reason: String
  /// The next step, if the obstacle stays until a person acts; nil if it can go away by itself.
  var step: NextStep?
}

/// Polls the guard until the goal is reached, a person has to act, or the timeout ends. It reports on standard error what
/// it waits for.
struct Waiting {
  var client: DaemonClient
  /// `the tunnel` is awaited to be `up`.
  let words: (subject: String, state: String)
  let cluster: String?
  let timeout: TimeSpan
  /// The exit status if a person has to act.
  var stuck = ExitStatus.critical
  /// The pause between two requests.
  var pause: Duration = .milliseconds(200)
  /// nil if the goal is reached. The client is for further requests.
  let obstacle: (StatusDocument, DaemonClient) throws -> Obstacle?

  init(client: DaemonClient, goal: Goal, cluster: String?, timeout: TimeSpan) {
    self.init(client: client, words: goal.words, cluster: cluster, timeout: timeout) { status, _ in
      goal.obstacle(in: status)
    }
  }

  init(
    client: DaemonClient, words: (subject: String, state: String), cluster: String?, timeout: TimeSpan,
    obstacle: @escaping (StatusDocument, DaemonClient) throws -> Obstacle?
  ) {
    self.client = client
    self.words = words
    self.cluster = cluster
    self.timeout = timeout
    self.obstacle = obstacle
  }

  /// Returns the first document in which the goal is reached. Exits with status 75 after the timeout.
  func run() throws -> StatusDocument {
    let end = ContinuousClock.now + timeout.duration
    let (subject, state) = words
    var client = client
    var reported: String?
    while true {
      // The last request must not last much longer than the wait itself.
      client.timeout = min(.seconds(5), max(.milliseconds(500), end - .now))
      let reason: String
      do {
        let status = try client.status(.overview).chosen(cluster)
        guard let obstacle = try obstacle(status, client) else { return status }
        if let step = obstacle.step {
          throw StuckWait(
            subject: subject, state: state, reason: obstacle.reason, step: step, exitStatus: stuck.rawValue)
        }
        reason = obstacle.reason
      } catch let error as ClientError where error.isTransient {
        if ContinuousClock.now >= end { throw error }
        reason = "\(error)"
      }
      guard ContinuousClock.now < end else {
        StandardOutput.writeError(
          "oceanid-ctl: after \(timeout) \(subject) is still not \(state): \(Span(reason).text)\n")
        throw ExitCode(ExitStatus.timedOut.rawValue)
      }
      if reported != reason {
        StandardOutput.writeError("oceanid-ctl: waiting until \(subject) is \(state): \(Span(reason).text)\n")
      }
      reported = reason
      // A request for the status is cheap for the guard: its answer is already encoded.
      usleep(UInt32(pause.inMilliseconds * 1000))
    }
  }
}

/// The goal cannot be reached until a person acts.
struct StuckWait: CommandError {
  let subject: String
  let state: String
  let reason: String
  let step: NextStep
  let exitStatus: Int32

  var description: String { "\(subject) does not become \(state) by itself: \(reason)" }
  var remedy: [String] { step.lines }
}

extension StatusDocument {
  /// The document with only the cluster of that name, or with all clusters for nil.
  func chosen(_ cluster: String?) throws(NoSuchCluster) -> StatusDocument {
    guard let cluster else { return self }
    guard let only = only(cluster) else { throw NoSuchCluster(name: cluster, known: clusters.map(\.name)) }
    return only
  }

  /// The obstacle of a tunnel that is blocked until a person acts, for example because its host key changed.
  func blockedTunnel(_ cluster: ClusterDocument) -> Obstacle? {
    guard cluster.tunnel.state == .blocked else { return nil }
    return stuck(cluster, .tunnel)
  }

  /// The obstacle of a cluster whose kubeconfig cannot be used.
  func unusableKubeconfig(_ cluster: ClusterDocument) -> Obstacle? {
    if let error = cluster.kubeconfigObstacle {
      return Obstacle(
        reason: "\(cluster.kubeconfig ?? "the kubeconfig"): \(error.message)",
        step: NextStep(command: error.command, note: error.note))
    }
    guard cluster.poll.error?.code == PollErrorCode.kubeconfig.rawValue else { return nil }
    return stuck(cluster, .api)
  }

  /// The words of the problem that is the cause.
  private func stuck(_ cluster: ClusterDocument, _ kind: Problem.Kind) -> Obstacle? {
    let problem = problems.first { $0.cluster == cluster.name && $0.kind == kind.rawValue }
    guard let problem else { return nil }
    let reason = problem.detail.isEmpty ? problem.title : "\(problem.title): \(problem.detail)"
    return Obstacle(reason: reason, step: problem.step)
  }
}
