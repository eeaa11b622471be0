/// The kubeconfig names a server at which no forward of the cluster listens. The guard reaches it from the remote side;
/// programs on this machine do not.
public struct KubeconfigMismatch: Hashable, Sendable {
  /// `https://127.0.0.1:6443`
  public let server: String
  /// The server that it should name: `https://127.0.0.1:16443`; nil: every forward listens on a Unix socket, which no
  /// kubeconfig can name.
  public let localEnd: String?
  /// True if the server's port is that of a forward's target.
  public let isFarPort: Bool
  /// The step that corrects the file.
  public let step: NextStep

  public init(server: String, localEnd: String?, isFarPort: Bool, step: NextStep) {
    self.server = server
    self.localEnd = localEnd
    self.isFarPort = isFarPort
    self.step = step
  }

  /// The same mismatch with a command that runs as the user who may change the file: see `Observation.owner`.
  public func run(as owner: String) -> KubeconfigMismatch {
    KubeconfigMismatch(server: server, localEnd: localEnd, isFarPort: isFarPort, step: step.run(as: owner))
  }

  /// The end of a sentence that begins with the name of the file.
  public var words: String {
    guard let localEnd else {
      return "its server is \(server), and no forward of this cluster listens on a port of this machine"
    }
    return isFarPort
      ? "its server is \(server), the port on the remote side; on this machine it is \(localEnd)"
      : "its server is \(server), where no forward of this cluster listens; on this machine it is \(localEnd)"
  }
}
