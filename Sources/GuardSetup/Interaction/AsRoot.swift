internal import GuardTypes
internal import Health

/// Runs the same command line again as root, through sudo(8).
package struct AsRoot {
  private let system: any SetupSystem
  private let approval: Approval

  package init(_ system: any SetupSystem, _ approval: Approval) {
    self.system = system
    self.approval = approval
  }

  package var isNeeded: Bool { !system.person.isRoot }

  /// The command line to execute instead.
  ///
  /// - Parameter arguments: the arguments of this program.
  package func words(_ program: String, _ arguments: [String]) throws(SetupStop) -> [String] {
    // sudo(8) removes most variables. These name the caller's agent and kubeconfig.
    let kept = ["SSH_AUTH_SOCK", "KUBECONFIG"].compactMap { name in
      system.variable(name).map { "\(name)=\($0)" }
    }
    guard system.hasProgram("sudo") else {
      // The files of this user are used, as if sudo had been there.
      let words = ["env", "SUDO_UID=\(system.person.uid)"] + kept + [program] + arguments
      throw .failed(
        SetupFailure(
          "the machine's guard needs root, and this machine has no sudo",
          next: Tools.find(system, isRoot: false).asRoot(words.asShellLine)))
    }
    let isAsked = approval == .asked
    if !isAsked, !system.run(CommandInvocation("sudo", ["-n", "true"])).isGood {
      let isInPath = ["/usr/bin/oceanid-ctl", "/usr/local/bin/oceanid-ctl"].contains(program)
      let words = (kept.isEmpty ? [] : ["env"] + kept) + [isInPath ? "oceanid-ctl" : program] + arguments
      throw .failed(
        SetupFailure(
          "the machine's guard needs root, and sudo asks for a password", next: (["sudo"] + words).asShellLine
        ))
    }
    return ["sudo"] + (isAsked ? [] : ["-n"]) + ["env"] + kept + [program] + arguments
  }
}
