internal import GuardTypes

/// Derives the steps for the jump hosts before the server.
enum JumpPlan {
  /// The step for a route that setup cannot give to the service; nil if it can.
  static func fault(_ facts: MachineFacts) -> Plan.Step? {
    guard let fault = facts.route.fault else { return nil }
    func step(_ found: String, _ why: String) -> Plan.Step {
      Plan.Step(
        name: "jump host", found: found,
        outcome: .blocked(
          .edit(facts.own.sshConfigPath, facts.tools, why: "\(why); then repeat oceanid-ctl setup")))
    }
    let server = facts.own.host
    switch fault {
    case .command(let command, let host):
      return step(
        "\(host) is behind the command '\(command)', which setup cannot give to the service",
        "give Host \(host) a ProxyJump in place of its ProxyCommand")
    case .name(let text, let host):
      return step(
        "ProxyJump of \(host) names '\(text)', which setup cannot give to the service",
        "name that jump host by an alias of letters and digits")
    case .loop(let first, let shown):
      return step(
        "the jump hosts of \(server) are a loop: \(shown)",
        "let one of them be reached directly: Host \(first.host) / ProxyJump none")
    case .tooLong:
      return step(
        "\(server) is behind more than \(JumpHost.maximumHops) jump hosts, and the guard uses no more",
        "name fewer in ProxyJump")
    case .unresolved(let jump, let file, let reason):
      return Plan.Step(
        name: "jump host", found: "ssh does not understand the jump host \(jump): \(reason)",
        outcome: .blocked(
          .init(
            command: "ssh \(((file.map { ["-F", $0] } ?? []) + ["-G", "--", jump.destination]).asShellLine)",
            why: "correct ssh_config; then repeat oceanid-ctl setup")))
    }
  }

  /// One step per jump host, nearest first.
  static func steps(_ facts: MachineFacts) -> [Plan.Step] {
    facts.route.hops.enumerated().compactMap { index, hop in
      guard let key = facts.authorizedKey(onHop: index) else { return nil }
      return hop.authorization == .present
        ? Plan.Step(name: "jump host", found: "\(hop.jump) accepts the key", outcome: .good)
        : Plan.Step(
          name: "jump host", found: "\(hop.jump) does not have the key yet",
          outcome: .change([.authorize(key)]))
    }
  }
}
