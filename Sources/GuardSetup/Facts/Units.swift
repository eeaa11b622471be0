internal import GuardAPI

/// Queries the service managers with `systemctl`.
package struct Units {
  let system: any SetupSystem

  package enum Scope: String, Codable, Hashable, Sendable {
    case user, machine
  }

  /// A call of `systemctl` for one of the managers.
  func call(_ scope: Scope, _ arguments: [String]) -> CommandInvocation {
    switch scope {
    case .machine: return CommandInvocation("systemctl", arguments)
    case .user:
      var call = CommandInvocation("systemctl", ["--user"] + arguments)
      // su(1), cron and sudo(8) do not set it, or keep the value of another user.
      call.variables = ["XDG_RUNTIME_DIR=\(system.person.runtimeDirectory)"]
      return call
    }
  }

  /// A call that changes the links of enabled units without their manager (systemd's docs/ENVIRONMENT.md).
  func offline(_ arguments: [String]) -> CommandInvocation {
    var call = call(.user, arguments)
    call.variables.append("SYSTEMD_OFFLINE=1")
    return call
  }

  /// The states of units by name; nil if the manager does not answer.
  func states(_ scope: Scope, _ names: [String]) -> [String: SetupFacts.UnitState]? {
    let properties = ["Id", "ActiveState", "UnitFileState", "MainPID", "Environment", "StatusText"]
    let answer = system.run(call(scope, ["show", "--property=\(properties.joined(separator: ","))"] + names))
    guard answer.isGood else { return nil }
    var states: [String: SetupFacts.UnitState] = [:]
    for block in answer.text.split(separator: "\n\n") {
      var id = ""
      var state = SetupFacts.UnitState()
      for line in block.split(separator: "\n") {
        let value = String(line.drop { $0 != "=" }.dropFirst())
        switch line.prefix(while: { $0 != "=" }) {
        case "Id": id = value
        case "ActiveState": state.isActive = ["active", "activating", "reloading"].contains(value)
        case "UnitFileState": state.isEnabled = value == "enabled"
        case "MainPID": state.mainProcess = Int32(value).flatMap { $0 > 0 ? $0 : nil }
        case "Environment": state.variables = Units.variables(value.split(separator: " "))
        case "StatusText": state.text = value
        default: break
        }
      }
      states[id] = state
    }
    return states
  }

  /// The addresses that socket units bind when they start, by unit.
  func addresses(_ scope: Scope, _ sockets: [String]) -> [String: [String]] {
    let answer = system.run(call(scope, ["show", "--property=Id,Listen"] + sockets))
    var addresses: [String: [String]] = [:]
    for block in answer.text.split(separator: "\n\n") {
      let lines = block.split(separator: "\n")
      let id = lines.first { $0.hasPrefix("Id=") }.map { String($0.dropFirst(3)) }
      addresses[id ?? ""] = lines.filter { $0.hasPrefix("Listen=") }.map(String.init)
    }
    return addresses
  }

  /// The environment that the user's manager passes to its services; nil if the manager does not answer.
  func environment() -> [String: String]? {
    let answer = system.run(call(.user, ["show-environment"]))
    return answer.isGood ? Units.variables(answer.text.split(separator: "\n")) : nil
  }

  private static func variables(_ words: [Substring]) -> [String: String] {
    var variables: [String: String] = [:]
    for word in words {
      guard let sign = word.firstIndex(of: "=") else { continue }
      variables[String(word[..<sign])] = String(word[word.index(after: sign)...])
    }
    return variables
  }
}

extension SetupFacts.UnitState? {
  /// True if the machine's guard may be stopped: it does not run, and only its sockets hold the port, or it does nothing
  /// until its configuration is corrected. A guard whose server is down for a while must not be stopped.
  var isIdleGuard: Bool {
    guard let service = self, service.isActive else { return true }
    return service.text.contains(ServiceStatusText.unusable)
  }
}

extension SetupSystem {
  /// True if the machine's guard has reached a cluster.
  ///
  /// - Parameter service: the state of its unit. A guard that is not active is not asked, because that would start it.
  func isMachineGuardServing(_ service: SetupFacts.UnitState?) -> Bool {
    guard let service, service.isActive else { return false }
    return service.text.contains(ServiceStatusText.tunnelUp)
      || hasConnected(socket: MachineFacts.socket) == true
  }
}
