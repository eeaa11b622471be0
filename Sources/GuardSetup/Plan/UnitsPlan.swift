/// Derives the step for the units.
enum UnitsPlan {
  static func missing(_ found: String, _ command: String) -> Plan.Step {
    Plan.Step(
      name: "units", found: found,
      outcome: .blocked(.init(command: command, why: "from the source tree; the Debian package has them too"))
    )
  }

  /// - Parameter isChanged: true if files of the guard change, or changed and were not read yet.
  static func step(
    _ units: [String: SetupFacts.UnitState], _ scope: Units.Scope, isChanged: Bool
  ) -> Plan.Step {
    let names = [SetupFacts.service] + SetupFacts.sockets
    func step(_ found: String, _ outcome: Plan.Outcome) -> Plan.Step {
      Plan.Step(name: "units", found: found, outcome: outcome)
    }
    let isReady = names.allSatisfy { units[$0]?.isActive == true && units[$0]?.isEnabled == true }
    guard isReady else {
      let missing = names.filter { units[$0]?.isEnabled != true || units[$0]?.isActive != true }
      let found =
        missing == names
        ? "installed, neither enabled nor started"
        : "\(missing.joined(separator: ", ")): not enabled or not active"
      let isActive = units[SetupFacts.service]?.isActive == true && isChanged
      return step(found, .change([.start(scope, names)] + (isActive ? [.restart(scope)] : [])))
    }
    return isChanged
      ? step("enabled and active, with the files as they were before", .change([.restart(scope)]))
      : step("enabled and active", .good)
  }
}
