/// The kubeconfig names a server at which no forward of the cluster listens. The guard reaches it from the far side, and
/// programs on this machine do not.
public struct KubeconfigMismatch: Hashable, Sendable {
  /// `https://127.0.0.1:6443`
  public let server: String
  /// What it should be: `https://127.0.0.1:16443`; nil: every forward listens on a Unix socket, which no kubeconfig can
  /// name.
  public let localEnd: String?
  /// The server's port is the one of the forward's target.
  public let isFarPort: Bool
  /// The change of the file.
  public let step: NextStep

  public init(server: String, localEnd: String?, isFarPort: Bool, step: NextStep) {
    self.server = server
    self.localEnd = localEnd
    self.isFarPort = isFarPort
    self.step = step
  }

  /// The same with a command for the user who may change the file: see `Observation.owner`.
  public func run(as owner: String) -> KubeconfigMismatch {
    KubeconfigMismatch(server: server, localEnd: localEnd, isFarPort: isFarPort, step: step.run(as: owner))
  }

  /// A sentence's end after the name of the file.
  public var words: String {
    guard let localEnd else {
      return "its server is \(server), and no forward of this cluster listens on a port of this machine"
    }
    return isFarPort
      ? "its server is \(server), the port on the far side; on this machine it is \(localEnd)"
      : "its server is \(server), where no forward of this cluster listens; on this machine it is \(localEnd)"
  }
}
