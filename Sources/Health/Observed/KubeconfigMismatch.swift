/// The kubeconfig names a server at which no forward of the cluster listens, or its current context is another one. The
/// guard reaches the cluster; programs on this machine that use the file as it is do not.
public struct KubeconfigMismatch: Hashable, Sendable {
  /// `https://127.0.0.1:6443`
  public let server: String
  /// The server that it should name: `https://127.0.0.1:16443`; nil: every forward listens on a Unix socket, which no
  /// kubeconfig can name.
  public let localEnd: String?
  /// True if the server's port is that of a forward's target.
  public let isFarPort: Bool
  /// Set if the server is `localhost` and another program listens at one of its addresses: `[::1]:16443`.
  public let otherListener: String?
  /// Set if only the context differs.
  public let contexts: Contexts?
  /// The step that corrects the file.
  public let step: NextStep

  /// The context that programs use by default, and the one that the guard uses.
  public struct Contexts: Hashable, Sendable {
    /// nil if the file names none.
    public let current: String?
    public let wanted: String

    public init(current: String?, wanted: String) {
      self.current = current
      self.wanted = wanted
    }
  }

  public init(
    server: String, localEnd: String?, isFarPort: Bool, otherListener: String? = nil,
    contexts: Contexts? = nil,
    step: NextStep
  ) {
    self.otherListener = otherListener
    self.server = server
    self.localEnd = localEnd
    self.isFarPort = isFarPort
    self.contexts = contexts
    self.step = step
  }

  /// The same mismatch with a command that runs as the user who may change the file: see `Observation.owner`.
  public func run(as owner: String) -> KubeconfigMismatch {
    KubeconfigMismatch(
      server: server, localEnd: localEnd, isFarPort: isFarPort, otherListener: otherListener,
      contexts: contexts,
      step: step.run(as: owner))
  }

  /// The end of a sentence that begins with the name of the file.
  public var words: String {
    if let contexts {
      let current = contexts.current.map { "its current-context is \($0)" } ?? "it has no current-context"
      return "\(current), and the guard uses context \(contexts.wanted)"
    }
    if let otherListener {
      return
        "its server is \(server), and another program listens on \(otherListener), which is also an address of "
        + "localhost" + (localEnd.map { "; the forward is \($0)" } ?? "")
    }
    guard let localEnd else {
      return "its server is \(server), and no forward of this cluster listens on a port of this machine"
    }
    return isFarPort
      ? "its server is \(server), the port on the remote side; on this machine it is \(localEnd)"
      : "its server is \(server), where no forward of this cluster listens; on this machine it is \(localEnd)"
  }
}

/// The context and server that the guard's kubeconfig selects.
public struct KubeconfigTarget: Hashable, Sendable {
  public let context: String
  /// `https://127.0.0.1:16443`
  public let server: String

  public init(context: String, server: String) {
    self.context = context
    self.server = server
  }
}
