internal import GuardTerminal
internal import Health

/// Executes `setup --undo`.
package struct SetupUndo {
  private let system: any SetupSystem
  private let approval: Approval
  private let place: SetupPlace

  /// - Parameter isMachine: true for the setup of the machine's guard, false for the user's own.
  package init(_ system: any SetupSystem, _ approval: Approval, isMachine: Bool) {
    place = isMachine ? .machine : .own(system.person)
    self.system = system
    self.approval = approval
  }

  package func run() throws(SetupStop) {
    guard
      let undo = try attempt({ () throws(SetupFailure) in
        try Undo(system, place, isUnattended: approval == .given)
      })
    else {
      if approval == .given || approval == .asked { RecordDraft(system, place).remove() }
      return report("nothing to undo: no setup is recorded for you")
    }
    if approval != .given { for words in undo.plan { report("would \(words)") } }
    if approval == .withheld { return }
    guard approval != .impossible else { throw .unapproved }
    guard approval.answer(to: "undo all of it?") else { throw .declined }
    let failures = try attempt { () throws(SetupFailure) in
      try undo.run { words, isDone in report(isDone ? "done: \(words)" : words) }
    }
    if let first = failures.first { throw .incomplete(next: first.next) }
    report("all changes were reverted")
  }

  private func attempt<Result>(_ body: () throws(SetupFailure) -> Result) throws(SetupStop) -> Result {
    do throws(SetupFailure) { return try body() } catch { throw .failed(error) }
  }

  private func report(_ words: String) { StandardOutput.write(Span(words).text + "\n") }
}
