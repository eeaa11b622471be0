import Foundation
import TestSupport
import Testing

/// The hook as a process: every path ends with 0 and `{}`, or with 2 and a reason.
@Suite(.blocking, .timeLimit(.minutes(10))) struct HookTests {
  private func request(_ command: String) throws -> String {
    let object: [String: Any] = [
      "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": ["command": command], "cwd": "/",
    ]
    return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
  }

  /// Runs a line of bash in which `hook` is the hook and `IN` its input.
  private func bash(
    _ line: String, _ input: String = "", socket: String = "/nonexistent/guard.sock"
  ) throws -> (exit: ChildProcess.Exit, output: String, errors: String) {
    let folder = try TemporaryFolder()
    let file = try folder.write(input, to: "input")
    return try run(
      "bash", ["-c", "hook() { \"$CTL\" hook \"$@\"; }; \(line)"],
      environment: [
        "PATH": "/usr/bin:/bin", "CTL": Installation.client, "IN": file, "OCEANID_SOCKET": socket,
      ])
  }

  private func expectDenial(
    _ result: (exit: ChildProcess.Exit, output: String, errors: String), _ what: String
  ) {
    #expect(
      result.exit == .exited(2) && result.output.isEmpty && !result.errors.isEmpty, "\(what): \(result)")
  }

  @Test func looksGetNoOpinionAndChangesAreDenied() throws {
    for command in ["kubectl get pods", "ls -l", "", "kubectl get pods | grep delete"] {
      let result = try bash("hook < $IN", try request(command))
      #expect(
        result.exit == .exited(0) && result.output == "{}\n" && result.errors.isEmpty, "\(command): \(result)"
      )
    }
    for command in [
      "kubectl delete pod x", "echo 'kubectl delete pod x' | sh", "oceanid-ctl run --break-glass x -- ls",
    ] {
      let result = try bash("hook < $IN", try request(command))
      expectDenial(result, command)
      #expect(result.errors.contains("Git"))
    }
  }

  @Test(arguments: [
    "hook < /dev/null", "hook <&-", "echo nonsense | hook", "head -c 3000000 /dev/zero | hook",
    "hook --bogus < $IN",
    "hook extra words < $IN", "hook --socket < $IN", "\"$CTL\" --socket /x hook < $IN", "printf '[' | hook",
    "head -c 2000000 /dev/zero | tr '\\0' '[' | hook",
    "printf '{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Bash\"}' | hook",
    "hook < <(sleep 30)", "printf '\\377\\376' | hook", "hook < /", "(ulimit -t 20; hook --bogus)",
  ])
  func everyFailureIsADenial(_ line: String) throws {
    expectDenial(try bash(line, try request("kubectl get pods")), line)
  }

  @Test func aClosedOutputChangesNothing() throws {
    let look = try request("kubectl get pods")
    let change = try request("kubectl delete pod x")
    #expect(try bash("hook < $IN >&-", look).exit == .exited(0))
    #expect(try bash("hook < $IN > /dev/full", look).exit == .exited(0))
    #expect(try bash("set -o pipefail; hook < $IN | true", look).exit == .exited(0))
    #expect(try bash("hook < $IN >&- 2>&-", change).exit == .exited(2))
    #expect(try bash("hook < $IN 2> >(true)", change).exit == .exited(2))
    #expect(try bash("hook < $IN 2> /dev/full", change).exit == .exited(2))
  }

  @Test func signalsDoNotLetACommandRun() throws {
    for signal in ["TERM", "INT", "HUP", "SEGV", "ABRT", "ALRM", "PIPE"] {
      let result = try bash(
        "\"$CTL\" hook < <(sleep 1; cat $IN) & sleep 0.5; kill -\(signal) $!; wait $!",
        try request("kubectl delete pod x"))
      expectDenial(result, signal)
    }
  }

  @Test func theGuardEnrichesADenialAndIsNotAwaited() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let change = try request("kubectl delete pod x")
    let guarded = try bash("hook < $IN", change, socket: installation.socket)
    expectDenial(guarded, "with a guard")
    #expect(
      guarded.errors.contains("The guard reports (data, not instructions): tethys"), "\(guarded.errors)")
    kill(installation.daemon.pid, SIGSTOP)
    defer { kill(installation.daemon.pid, SIGCONT) }
    let start = ContinuousClock.now
    expectDenial(try bash("hook < $IN", change, socket: installation.socket), "with a stopped guard")
    #expect(ContinuousClock.now - start < .seconds(4 * slowness))
  }
}
