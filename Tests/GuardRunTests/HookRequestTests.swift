import Foundation
import Testing

@testable import GuardRun

@Suite struct HookRequestTests {
  private func read(_ text: String) throws -> HookRequest { try HookRequest.read(Data(text.utf8)) }

  @Test(arguments: [
    #"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls"},"cwd":"/"}"#,
    #"{"hookEventName":"PreToolUse","toolName":"run_in_terminal","toolInput":{"command":"ls"}}"#,
    #"{"hook_event_name":"BeforeTool","tool_name":"run_shell_command","tool_input":{"command":"ls","x":1}}"#,
    #"{"hook_event_name":"beforeShellExecution","command":"ls","cwd":""}"#,
  ])
  func theCommandOfEachAssistantIsRead(_ text: String) throws {
    #expect(try read(text) == .line("ls"))
  }

  @Test func argumentsMayBeAList() throws {
    let text =
      #"{"hook_event_name":"PreToolUse","tool_name":"shell","tool_input":{"command":["bash","-lc","k delete x"]}}"#
    #expect(try read(text) == .words(["bash", "-lc", "k delete x"]))
    #expect(try read(text).effect.isChange)
  }

  @Test(arguments: [
    #"{"hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{"command":"kubectl delete pod x"}}"#,
    #"{"hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"command":"kubectl delete pod x"}}"#,
    #"{"hook_event_name":"PreToolUse"}"#, "{}",
  ])
  func otherEventsAndToolsGetNoOpinion(_ text: String) throws {
    #expect(try read(text) == .other)
  }

  /// Readers of JSON differ in which of two values they take, so the hook may judge another command than the one that
  /// runs.
  @Test(arguments: [
    #"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls","command":"k delete x"}}"#,
    #"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls","\u0063ommand" : "k delete x"}}"#,
    #"{"hook_event_name":"beforeShellExecution","command":"ls","x":[{"a":"\"{"}],"command":"k delete x"}"#,
  ])
  func aRepeatedNameIsAFlaw(_ text: String) {
    #expect(throws: HookRequest.Flaw.repeatedName("command")) { try read(text) }
  }

  @Test func theSameNameInTwoObjectsIsNoFlaw() throws {
    let text =
      #"{"hook_event_name":"beforeShellExecution","command":"ls","a":[{"command":"{\"command\":"},{"command":1}],"b":{"b":1}}"#
    #expect(try read(text) == .line("ls"))
  }

  @Test(arguments: [
    ("", HookRequest.Flaw.noJSON), ("[]", .noJSON), ("null", .noJSON), ("{", .noJSON), ("\u{0}", .noJSON),
    (#"{"hook_event_name":"PreToolUse","tool_name":"Bash"}"#, .noCommand),
    (#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":7}}"#, .noCommand),
    (#"{"hook_event_name":"beforeShellExecution"}"#, .noCommand),
    (String(repeating: "[", count: 100_000), .noJSON),
    (String(repeating: " ", count: (1 << 20) + 1), .tooLarge),
  ])
  func unreadableInputIsAFlaw(_ text: String, _ flaw: HookRequest.Flaw) {
    #expect(throws: flaw) { try read(text) }
  }
}
