internal import GuardAPI
package import GuardTerminal
internal import Health

/// The setup of a user's own guard, from the facts to the started service.
package struct PersonalSetup {
  private let system: any SetupSystem
  private let approval: Approval
  private let terminal: Terminal

  package init(_ system: any SetupSystem, _ approval: Approval, _ terminal: Terminal) {
    self.system = system
    self.approval = approval
    self.terminal = terminal
  }

  /// nil with `--dry-run`.
  package func run(host: String?) throws(SetupStop) -> RunningGuard? {
    StandardOutput.writeError("oceanid-ctl: looking at this machine and the way to the cluster...\n")
    var facts = PersonalFacts(system).find(host: host)
    facts.isRestartPending = try recorded().isRestartPending
    let plan = PersonalPlan.plan(facts)
    let page = SetupPage.page(
      plan, title: "Your own guard for \(facts.host)", person: system.person, showsUndo: approval != .given,
      terminal)
    StandardOutput.write(page.text(for: terminal))
    if let next = plan.next { throw SetupStop.blocked(next) }
    if plan.changes.isEmpty { StandardOutput.write("  Nothing to do.\n") }
    if approval == .withheld { return nil }
    guard plan.changes.isEmpty || approval != .impossible else { throw SetupStop.unapproved }
    return RunningGuard(
      cluster: facts.guardFile.cluster, socket: "\(system.person.runtimeDirectory)/oceanid/guard.sock",
      hint: try perform(plan.changes, facts.missingFolders))
  }

  private func recorded() throws(SetupStop) -> Manifest {
    do throws(SetupFailure) {
      return try Manifest.load(system, Manifest.path(for: system.person)) ?? Manifest()
    } catch {
      throw .failed(error)
    }
  }

  /// - Returns: the command for an optional change that failed.
  private func perform(_ changes: [Change], _ missingFolders: [String]) throws(SetupStop) -> String? {
    var hint: String?
    var execution: Execution?
    for change in changes {
      let words = change.words(system.person)
      guard approval.answer(to: "\(words)?") else {
        if change.isOptional { continue }
        throw .declined
      }
      do throws(SetupFailure) {
        execution = try performed(change, execution, missingFolders)
        StandardOutput.writeError("oceanid-ctl: done: \(Span(words).text)\n")
      } catch {
        guard change.isOptional else { throw .failed(error) }
        hint = error.next
      }
    }
    return hint
  }

  private func performed(
    _ change: Change, _ earlier: Execution?, _ missingFolders: [String]
  ) throws(SetupFailure) -> Execution {
    var execution: Execution
    if let earlier {
      execution = earlier
    } else {
      execution = try Execution(system, isUnattended: approval == .given)
      try execution.begin(missingFolders)
    }
    try execution.perform(change)
    return execution
  }
}

/// A guard that a setup started.
package struct RunningGuard {
  package let cluster: String
  package let socket: String
  /// A command that the user may run besides.
  package let hint: String?
}
