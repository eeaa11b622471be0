public import GuardTypes

/// The tunnel as Health sees it: mapped by Guard from the engine's own state.
public struct TunnelHealth: Hashable, Sendable {
  public struct Failure: Hashable, Sendable {
    public let code: TunnelErrorCode
    public let message: String
    /// What a person does about it.
    public let step: NextStep
    public let at: Timestamp

    public init(code: TunnelErrorCode, message: String, step: NextStep, at: Timestamp) {
      self.code = code
      self.message = message
      self.step = step
      self.at = at
    }

    /// - Parameter remedy: a step that is no command.
    public init(code: TunnelErrorCode, message: String, remedy: String, at: Timestamp) {
      self.init(code: code, message: message, step: NextStep(note: remedy), at: at)
    }

    /// The step in one line.
    public var remedy: String { step.remedy }
  }

  public struct Forward: Hashable, Sendable {
    public let listen: String
    public let target: String
    public let state: ForwardState
    /// `ssh (pid 4242)`, where /proc shows it.
    public let holder: String?
    /// Why the port accepts nobody: the machine's or the process's own limits. nil: it does.
    public let shortage: String?
    /// Owners of connections who have as many as they may have, and want more; the largest first.
    public let crowds: [Crowd]
    /// The far side refused the last connection to the target.
    public let refusal: Failure?

    public init(
      listen: String, target: String, state: ForwardState, holder: String?, shortage: String? = nil,
      crowds: [Crowd] = [], refusal: Failure?
    ) {
      self.listen = listen
      self.target = target
      self.state = state
      self.holder = holder
      self.shortage = shortage
      self.crowds = crowds
      self.refusal = refusal
    }
  }

  /// Somebody whose further connections to a forwarded port are turned away.
  public struct Crowd: Hashable, Sendable {
    /// Stands in a problem's id: `uid-1001`.
    public let key: String
    /// `alice (uid 1001)`
    public let name: String
    public let openConnections: Int

    public init(key: String, name: String, openConnections: Int) {
      self.key = key
      self.name = name
      self.openConnections = openConnections
    }
  }

  public let state: TunnelState
  public let since: Timestamp
  public let host: String
  /// The failure that the present state comes from, or the last one seen.
  public let lastError: Failure?
  public let attempt: Int
  public let forwards: [Forward]

  public init(
    state: TunnelState, since: Timestamp, host: String, lastError: Failure? = nil, attempt: Int = 0,
    forwards: [Forward] = []
  ) {
    self.state = state
    self.since = since
    self.host = host
    self.lastError = lastError
    self.attempt = attempt
    self.forwards = forwards
  }
}
