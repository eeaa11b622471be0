public import GuardTypes

/// The tunnel as the rules see it, mapped from the engine's own state.
public struct TunnelHealth: Hashable, Sendable {
  public struct Failure: Hashable, Sendable {
    public let code: TunnelErrorCode
    public let message: String
    /// The next step of the operator.
    public let step: NextStep
    public let at: Timestamp

    public init(code: TunnelErrorCode, message: String, step: NextStep, at: Timestamp) {
      self.code = code
      self.message = message
      self.step = step
      self.at = at
    }

    /// - Parameter remedy: a step that is not a command.
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
    /// `ssh (pid 4242)`, if /proc shows it.
    public let holder: String?
    /// The limit of the machine or the process because of which the port accepts no connection; nil if it
    /// accepts connections.
    public let shortage: String?
    /// Clients that reached the limit of connections and want more, the largest first.
    public let crowds: [Crowd]
    /// The server's refusal of the last connection to the target.
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

  /// A client whose further connections to a forwarded port are refused.
  public struct Crowd: Hashable, Sendable {
    /// Used in a problem's id: `uid-1001`.
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
  /// The failure that caused the current state, or the last failure.
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
