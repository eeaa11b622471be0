/// Runs commands that need root: directly as root, otherwise through sudo.
struct RootCommand {
  let system: any SetupSystem
  /// True if sudo must not ask for a password.
  let isUnattended: Bool

  /// Returns nil if the command succeeded.
  func run(_ call: CommandInvocation) -> SetupFailure? {
    let byHand = Tools.find(system, isRoot: false).asRoot(call.shown)
    if system.person.isRoot {
      let answer = system.run(call)
      return answer.isGood ? nil : SetupFailure("\(call.shown): \(answer.reason)", next: call.shown)
    }
    guard system.hasProgram("sudo") else {
      return SetupFailure("\(call.shown) needs root, and this machine has no sudo", next: byHand)
    }
    if isUnattended {
      let answer = system.run(CommandInvocation("sudo", ["-n", call.program] + call.arguments))
      return answer.isGood ? nil : SetupFailure("\(byHand): \(answer.reason)", next: byHand)
    }
    let failure = system.runOnTerminal(["sudo", call.program] + call.arguments)
    return failure.map { SetupFailure("\(byHand): \($0.words)", next: byHand) }
  }
}
