package import GuardTerminal

/// Sets up the guard of the whole machine, as root.
package struct MachineSetup {
  private let system: any SetupSystem
  private let caller: Person
  private let approval: Approval
  private let terminal: Terminal

  /// The caller is the user who ran sudo(8), or else the user of this process.
  package init(_ system: any SetupSystem, _ approval: Approval, _ terminal: Terminal) {
    self.system = system
    self.approval = approval
    self.terminal = terminal
    caller = system.variable("SUDO_UID").flatMap { UInt32($0) }.flatMap(Person.known) ?? system.person
  }

  /// Returns nil with `--dry-run`.
  package func run(host: String?) throws(SetupStop) -> RunningGuard? {
    StandardOutput.writeError("oceanid-ctl: checking this machine and the connection to the cluster...\n")
    let run = PlanRun(system, approval, terminal)
    var facts = MachineFactsSearch(system, caller: caller).find(host: host)
    facts.isRestartPending = try run.record(.machine).isRestartPending
    guard
      let done = try run.run(
        MachinePlan.plan(facts), title: "The guard of this machine for \(facts.own.host)", .machine(facts))
    else { return nil }
    return RunningGuard(cluster: facts.guardFile.cluster, socket: MachineFacts.socket, hint: done.hint)
  }
}
