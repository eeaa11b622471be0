import Testing

@testable import GuardClient

@Suite struct RunCommandTests {
  @Test func theMessageForARefusedScriptSuggestsAnAlternative() {
    let refusal = ByHand(change: "kubectl delete", isScript: true, program: "sh")
    #expect(refusal.description.contains("run the command itself without a shell"))
    #expect(refusal.exitStatus == 77)
    #expect(
      !ByHand(change: "kubectl delete", isScript: false, program: "kubectl").description.contains("shell"))
  }

  @Test(arguments: [
    (Shell.bash, "/a b/it's", "export KUBECONFIG='/a b/it'\\''s'\n"),
    (.zsh, "/x", "export KUBECONFIG='/x'\n"),
    (.fish, "/it's\\x", "set -gx KUBECONFIG '/it\\'s\\\\x'\n"),
  ])
  func aShellGetsTheValueUnchanged(_ shell: Shell, _ value: String, _ line: String) {
    #expect(shell.export("KUBECONFIG", value) == line)
  }
}
