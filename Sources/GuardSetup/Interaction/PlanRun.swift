internal import GuardTerminal
internal import Health

/// Shows a plan, asks about each change and makes it.
struct PlanRun {
  private let system: any SetupSystem
  private let approval: Approval
  private let terminal: Terminal

  init(_ system: any SetupSystem, _ approval: Approval, _ terminal: Terminal) {
    self.system = system
    self.approval = approval
    self.terminal = terminal
  }

  struct Done {
    /// The command for an optional change that failed.
    var hint: String?
  }

  /// The record of an earlier setup; empty if there is none.
  func record(_ place: SetupPlace) throws(SetupStop) -> Manifest {
    do throws(SetupFailure) {
      return try Manifest.load(system, place.record) ?? Manifest()
    } catch {
      throw .failed(error)
    }
  }

  /// Returns nil with `--dry-run`.
  func run(_ plan: Plan, title: String, _ place: SetupPlace) throws(SetupStop) -> Done? {
    let page = SetupPage.page(
      plan, title: title, person: system.person, showsUndo: approval != .given, terminal)
    StandardOutput.write(page.text(for: terminal))
    if let next = plan.next { throw .blocked(next) }
    if plan.changes.isEmpty { StandardOutput.write("  Nothing to do.\n") }
    if approval == .withheld { return nil }
    guard plan.changes.isEmpty || approval != .impossible else { throw .unapproved }
    var done = Done()
    var execution: SetupExecution?
    for change in plan.changes {
      let words = change.words(system.person)
      guard approval.answer(to: "\(words)?") else {
        if change.isOptional { continue }
        throw .declined
      }
      do throws(SetupFailure) {
        execution = try performed(change, execution, place)
        StandardOutput.writeError("oceanid-ctl: done: \(Span(words).text)\n")
      } catch {
        guard change.isOptional else { throw .failed(error) }
        done.hint = error.next
      }
    }
    return done
  }

  private func performed(
    _ change: Change, _ earlier: SetupExecution?, _ place: SetupPlace
  ) throws(SetupFailure) -> SetupExecution {
    var execution: SetupExecution
    if let earlier {
      execution = earlier
    } else {
      execution = try SetupExecution(system, place, isUnattended: approval == .given)
    }
    try execution.perform(change)
    return execution
  }
}
