/// All that is known of one cluster at one moment: the rules' only input besides time and memory.
public struct Observation: Hashable, Sendable {
  public let cluster: String
  /// The local port that reaches the API, for remedies: `127.0.0.1:16443`.
  public let listen: String
  /// Path of the kubeconfig, for remedies.
  public let kubeconfig: String
  /// Its context, for remedies; nil: the file's own choice.
  public let context: String?
  /// What else a command on this machine needs to get through the forward: `--server …` where the kubeconfig
  /// names another address.
  public let serverFlags: String?
  public let tunnel: TunnelHealth
  /// The last snapshot that a poll brought home; kept while polls fail.
  public let snapshot: Snapshot?
  /// When that snapshot was taken, by the guard's clock.
  public let snapshotAt: Timestamp?
  /// Why the last poll failed; nil when it brought `snapshot`, or none has ended yet.
  public let pollFailure: PollFailure?
  public let pollInterval: Duration
  public let expectations: Expectations

  public init(
    cluster: String, listen: String, kubeconfig: String, context: String? = nil, serverFlags: String? = nil,
    tunnel: TunnelHealth, snapshot: Snapshot?, snapshotAt: Timestamp?, pollFailure: PollFailure?,
    pollInterval: Duration, expectations: Expectations
  ) {
    self.cluster = cluster
    self.listen = listen
    self.kubeconfig = kubeconfig
    self.context = context
    self.serverFlags = serverFlags
    self.tunnel = tunnel
    self.snapshot = snapshot
    self.snapshotAt = snapshotAt
    self.pollFailure = pollFailure
    self.pollInterval = pollInterval
    self.expectations = expectations
  }

  /// How far the guard's clock is ahead of the cluster's. What a slow poll alone may make of it counts as nothing.
  public var clockSkew: Duration {
    guard let snapshot, let snapshotAt else { return .zero }
    let skew = snapshotAt - snapshot.serverTime
    return skew > .seconds(-15) && skew < .seconds(15) ? .zero : skew
  }
}
