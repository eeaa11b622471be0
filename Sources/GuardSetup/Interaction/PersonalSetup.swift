package import GuardTerminal

/// Sets up a user's own guard, from the facts to the running service.
package struct PersonalSetup {
  private let system: any SetupSystem
  private let approval: Approval
  private let terminal: Terminal

  package init(_ system: any SetupSystem, _ approval: Approval, _ terminal: Terminal) {
    self.system = system
    self.approval = approval
    self.terminal = terminal
  }

  /// Returns nil with `--dry-run`.
  package func run(host: String?) throws(SetupStop) -> RunningGuard? {
    StandardOutput.writeError("oceanid-ctl: checking this machine and the connection to the cluster...\n")
    let run = PlanRun(system, approval, terminal)
    var facts = PersonalFacts(system).find(host: host)
    facts.isRestartPending = try run.record(.own(system.person)).isRestartPending
    guard
      let done = try run.run(
        PersonalPlan.plan(facts), title: "Your own guard for \(facts.host)", .own(facts))
    else { return nil }
    return RunningGuard(
      cluster: facts.guardFile.cluster, socket: "\(system.person.runtimeDirectory)/oceanid/guard.sock",
      hint: done.hint)
  }
}

/// A guard that a setup started.
package struct RunningGuard {
  package let cluster: String
  package let socket: String
  /// The command for an optional change that failed.
  package let hint: String?
}
