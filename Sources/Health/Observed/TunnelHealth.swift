public import GuardTypes

/// The state of the tunnel as the rules use it.
public struct TunnelHealth: Hashable, Sendable {
  public struct Failure: Hashable, Sendable {
    public let code: TunnelErrorCode
    public let message: String
    /// The next step for the operator.
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
    /// For example `ssh (pid 4242)`, if /proc shows it.
    public let holder: String?
    /// The limit of the machine or the process that prevents the port from accepting connections; nil if it accepts
    /// them.
    public let shortage: String?
    /// Clients that reached their connection limit and tried to open more, the largest first.
    public let limitedClients: [LimitedClient]
    /// The server's refusal of the last connection to the target; nil if it was accepted.
    public let refusal: Failure?

    public init(
      listen: String, target: String, state: ForwardState, holder: String?, shortage: String? = nil,
      limitedClients: [LimitedClient] = [], refusal: Failure?
    ) {
      self.listen = listen
      self.target = target
      self.state = state
      self.holder = holder
      self.shortage = shortage
      self.limitedClients = limitedClients
      self.refusal = refusal
    }
  }

  /// A client whose further connections to a forwarded port are refused.
  public struct LimitedClient: Hashable, Sendable {
    /// The client's part of a problem's id, for example `uid-1001`.
    public let key: String
    /// For example `alice (uid 1001)`.
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
