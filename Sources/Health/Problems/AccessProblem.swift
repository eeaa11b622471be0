/// Problems of the tunnel and its forwards.
public enum AccessProblem: String, DeclaredProblem {
  case tunnelDown = "tunnel-down"
  case tunnelStopped = "tunnel-stopped"
  case portBusy = "forward-port-busy"
  case targetRefused = "forward-target-refused"
  case acceptsNobody = "forward-accepts-nobody"
  case crowded = "forward-crowded"

  public var declaration: ProblemDeclaration {
    switch self {
    case .tunnelDown:
      ProblemDeclaration(
        .tunnel, .critical, rank: .tunnel, path: "tunnel/<error>", title: "SSH tunnel to <host> is <state>",
        meaning:
          """
          There is no SSH session with the server, so nothing of the cluster can be seen. The last part of the id \
          is the error of the last attempt. If a retry alone can't fix the error, the tunnel is called blocked: \
          the guard retries less often, and at once when a file changes that the error depends on.
          """,
        command: "oceanid-ctl tunnel", hides: Problem.Kind.behindTunnel,
        fact: "tunnel")
    case .tunnelStopped:
      ProblemDeclaration(
        .tunnel, .critical, rank: .tunnel, path: "tunnel/stopped", title: "SSH tunnel to <host> is stopped",
        meaning: "The guard is shutting down, or has stopped this tunnel for good.",
        command: "systemctl status oceanid-guard",
        hides: Problem.Kind.behindTunnel, fact: "tunnel")
    case .portBusy:
      ProblemDeclaration(
        .forward, .critical, rank: .tunnel, path: "forward/<address>/port-busy",
        title: "<address> is in use by <program>",
        meaning:
          """
          Another process listens where the forward should listen, so programs that use the port do not go through \
          the guard. The guard's own polls are not affected.
          """,
        command: "ss -ltnp 'sport = :<port>'",
        note: "end that program; the guard takes the port within seconds")
    case .targetRefused:
      ProblemDeclaration(
        .forward, .critical, rank: .tunnel, path: "forward/<address>/target-refused",
        title: "<target> can't be reached from <host>",
        meaning: "The SSH server refused the last connection to the forward's target.",
        note:
          """
          on the server: ss -ltn shows whether something listens on the target; AllowTcpForwarding and PermitOpen \
          in sshd_config must allow it
          """
      )
    case .acceptsNobody:
      ProblemDeclaration(
        .forward, .critical, rank: .tunnel, path: "forward/<address>/accepts-nobody",
        title: "<address> accepts no connections",
        meaning:
          """
          The guard has reached its limit of open descriptors, or the machine has no memory for another \
          connection, so programs that use the port wait. The guard reserves descriptors for its own polls.
          """,
        command: "oceanid-ctl tunnel",
        note:
          "close what should not be open, or raise the limit: systemctl edit oceanid-guard, [Service] LimitNOFILE=32768"
      )
    case .crowded:
      ProblemDeclaration(
        .forward, .warning, path: "forward/<address>/crowded/<client>",
        title: "<name> has reached its limit of connections to <address>",
        meaning:
          """
          One user or one machine has used up its share of the port's connections, and further ones are reset. A \
          user gets half of what the port has room for, 448 with the unit's limits; the containers of a user \
          (subuid(5)) count with the user, and all containers that belong to no user together. There is always \
          room for others, for root and for the guard.
          """,
        command: "sudo ss -tnpe 'dport = :<port>'", note: "end the programs that should not have them open")
    }
  }
}

extension Problem.Kind {
  /// Kinds of the guard itself, known in any state of the clusters.
  public static let own: Set<Problem.Kind> = [.configuration, .alerts, .state]
  /// Kinds that can't be seen without the tunnel.
  static let behindTunnel = Set(Problem.Kind.allCases).subtracting(own).subtracting([.pipeline])
  /// Kinds that a poll observes.
  static let polled = Set(Problem.Kind.allCases.filter { !$0.isOfThisMachine })
}
