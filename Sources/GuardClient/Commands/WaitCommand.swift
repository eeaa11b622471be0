import ArgumentParser
import GuardAPI
import GuardConnection
import GuardPages
import GuardRun
import GuardTerminal
import GuardTypes
import Health

/// A goal that `wait` can wait for.
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

  /// The reason why the goal is not reached; nil if it is reached. A forward's port that another program uses
  /// is such a reason.
  func obstacle(in status: StatusDocument) -> Obstacle? {
    guard !status.clusters.isEmpty else { return Obstacle(reason: status.summary) }
    if let blocked = status.clusters.compactMap(status.blockedTunnel).first { return blocked }
    if self != .tunnel, let unusable = status.clusters.compactMap(status.unusableKubeconfig).first {
      return unusable
    }
    if let reason = status.clusters.compactMap({ ForwardCheck(cluster: $0).obstacle }).first {
      return Obstacle(reason: reason)
    }
    let isReached = status.clusters.allSatisfy { cluster in
      switch self {
      case .healthy: cluster.verdict == .healthy
      case .tunnel: cluster.tunnel.state == .up
      case .api: cluster.tunnel.state == .up && cluster.poll.ok == true && cluster.api.ready == true
      }
    }
    return isReached ? nil : Obstacle(reason: status.summary)
  }
}

/// The goal that `--for` names.
enum WaitTarget: Hashable, ExpressibleByArgument {
  case state(Goal)
  case commit(CommitPrefix)

  private static let commitPrefix = "commit="

  init?(argument: String) {
    if let goal = Goal(rawValue: argument) {
      self = .state(goal)
    } else if argument.hasPrefix(Self.commitPrefix),
      let commit = CommitPrefix(String(argument.dropFirst(Self.commitPrefix.count)))
    {
      self = .commit(commit)
    } else {
      return nil
    }
  }

  static var allValueStrings: [String] { Goal.allCases.map(\.rawValue) + [commitPrefix + "SHA"] }

  /// `commit=` without a name is completed by hand.
  static var defaultCompletionKind: CompletionKind { .list(Goal.allCases.map(\.rawValue) + [commitPrefix]) }
}

struct WaitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait",
    abstract: "Wait until the cluster is healthy, its tunnel or API is up, or it has a commit.",
    discussion: """
      It also waits until the guard runs and listens on the local ports, and prints on standard error what it waits for. \
      Exit status: 0 if the goal is reached, 2 at once if a person has to act first (a blocked tunnel, an unusable \
      kubeconfig, a failed deployment of the commit), 75 after the timeout, 69 if the guard could not be reached in that \
      time.

      Examples:
        oceanid-ctl wait --for tunnel && kubectl get nodes
        oceanid-ctl wait --for healthy --timeout 10m --cluster tethys
        oceanid-ctl wait --for commit=$(git rev-parse HEAD) --timeout 30m
        oceanid-ctl wait --for commit=8f3c1a2 --stage cloud --stage cluster
      """)

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("What to wait for; commit=SHA: the stages of the pipeline have it.", valueName: "goal")
  )
  var goal: WaitTarget

  @Option(
    help: ArgumentHelp("With commit=SHA: only this stage; can be repeated.", valueName: "id"),
    completion: .custom { _, _, _ in StageGoal.known() })
  var stage: [String] = []

  @Option(help: ArgumentHelp("How long to wait: 250ms, 60s, 5m, 1h.", valueName: "time"))
  var timeout: TimeSpan = TimeSpan(duration: .seconds(60))

  @Flag(help: "Print the status document as JSON when the goal is reached.")
  var json = false

  @OptionGroup var format: FormatOption

  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  func validate() throws {
    if case .state(let goal) = goal, !stage.isEmpty {
      throw ValidationError("--stage goes with --for commit=SHA, not with --for \(goal.rawValue)")
    }
  }

  func run() throws {
    switch goal {
    case .state(let goal):
      _ = try Waiting(client: connection.client, goal: goal, cluster: choice.cluster, timeout: timeout).run()
    case .commit(let commit):
      _ = try StageGoal(commit: commit, stages: stage).waiting(
        client: connection.client, cluster: choice.cluster, timeout: timeout
      ).run()
    }
    guard format.isDocument(json: json) else { return }
    try StandardOutput.answer(
      format.text(DocumentText.reduced(connection.client.statusBytes(), choice.cluster, nil).pretty))
  }
}
