package import GuardTerminal

/// Sets up a guard, from the facts to the running service.
package struct Setup {
  private let system: any SetupSystem
  private let terminal: Terminal
  private let run: PlanRun

  package init(_ system: any SetupSystem, _ approval: Approval, _ terminal: Terminal) {
    self.system = system
    self.terminal = terminal
    run = PlanRun(system, approval, terminal)
  }

  /// Sets up the user's own guard.
  ///
  /// - Returns: nil with `--dry-run`.
  package func personal(host: String?) throws(SetupStop) -> RunningGuard? {
    announce()
    let record = try run.record(.own(system.person))
    let isOurs = record.wrote(system.person.configuration, system)
    var facts = PersonalFacts(system, isWrittenBySetup: isOurs).find(host: host)
    facts.isRestartPending = record.isRestartPending
    let done = try run.run(
      PersonalPlan.plan(facts), title: "Your own guard for \(facts.host)", .own(facts))
    let socket = "\(system.person.runtimeDirectory)/oceanid/guard.sock"
    return done.map { RunningGuard(cluster: facts.guardFile.cluster, socket: socket, hint: $0.hint) }
  }

  /// Sets up the guard of the whole machine, as root. The files of the user who ran sudo(8) are used, or else those of
  /// the user of this process.
  ///
  /// - Returns: nil with `--dry-run`.
  package func machine(host: String?) throws(SetupStop) -> RunningGuard? {
    announce()
    let caller =
      system.variable("SUDO_UID").flatMap { UInt32($0) }.flatMap(SetupUser.known) ?? system.person
    let record = try run.record(.machine)
    let isOurs = record.wrote(MachineFacts.configurationPath, system)
    var facts = MachineFactsSearch(system, caller: caller, isWrittenBySetup: isOurs).find(host: host)
    facts.isRestartPending = record.isRestartPending
    let done = try run.run(
      MachinePlan.plan(facts), title: "The guard of this machine for \(facts.own.host)", .machine(facts))
    return done.map {
      RunningGuard(cluster: facts.guardFile.cluster, socket: MachineFacts.socket, hint: $0.hint)
    }
  }

  private func announce() {
    StandardOutput.writeError("oceanid-ctl: checking this machine and the connection to the cluster...\n")
  }
}

/// A guard that a setup started.
package struct RunningGuard {
  package let cluster: String
  package let socket: String
  /// The command for an optional change that failed.
  package let hint: String?
}
