import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// Completion with TAB in an interactive shell, which runs in a terminal of script(1).
@Suite(
  .enabled(if: TestSupport.program("script") != nil, "no script here (apt install bsdutils)"), .blocking,
  .timeLimit(.minutes(5)))
struct CompletionTests {
  enum Shell: String, CaseIterable {
    case bash, zsh, fish

    var isHere: Bool { TestSupport.program(rawValue) != nil }

    var command: String {
      switch self {
      case .bash: "bash --norc --noprofile -i"
      case .zsh: "zsh -f -i"
      case .fish: "fish --no-config -i"
      }
    }

    /// Loads the completions and makes the command print its arguments, except when the completions call it.
    func setting(_ completions: String) -> String {
      let posix =
        "oceanid-ctl() { if [ \"$1\" = ---completion ]; then command oceanid-ctl \"$@\"; else echo \"GOT:$*<\"; fi; }"
      return switch self {
      case .bash: "source \(completions); \(posix); echo READY''-NOW\n"
      case .zsh:
        "autoload -Uz compinit; compinit -u -D; source \(completions); \(posix); compdef _oceanid-ctl oceanid-ctl; echo READY''-NOW\n"
      case .fish:
        "source \(completions); function oceanid-ctl; echo \"GOT:$argv<\"; end; echo READY''-NOW\n"
      }
    }
  }

  /// Names that a malicious guard could return, although its own configuration could not contain them.
  private static let evil = [
    "$(touch ran)", "`touch ran`", "';touch ran;'", "\"$(touch ran)\"", "a\ntouch ran", "a;touch ran",
    "a&&touch ran", "a|touch ran", ">ran", "${IFS}$(touch${IFS}ran)", "~/x", "=(touch ran)", "(touch ran)",
    "<(touch ran)", "-rf", "\u{1B}[31m", "a\\", "*", "{a,b}", "!touch", "#x",
  ]

  @Test(arguments: Shell.allCases.filter(\.isHere))
  func namesAreDataToTheShell(_ shell: Shell) throws {
    let folder = try TemporaryFolder()
    let guardian = try ScriptedGuard(path: folder.file("guard.sock"))
    var status = StatusDocument(generatedAt: Timestamp(seconds: 0), clusters: [], problems: [])
    let start = Timestamp(seconds: 0)
    status.clusters = (Self.evil + ["tethys"]).map { name in
      ClusterDocument(
        report: ClusterReport(name: name, verdict: .healthy, summary: ""),
        tunnel: TunnelDocument(state: .up, since: nil, host: "x"),
        poll: PollDocument(at: nil, seenAt: nil, duration: nil, failure: nil, now: start),
        api: APIDocument(), now: start)
    }
    try guardian.answers(status)
    let terminal = try terminal(shell, folder, ["OCEANID_SOCKET": guardian.path])
    defer { terminal.kill() }
    for typed in ["", "$", "`", "'", "a", "te"] {
      // Two TABs list the candidates. The line is then discarded without being run.
      terminal.send("oceanid-ctl status --cluster \(typed)\t\t\u{15}\u{3}")
      terminal.send("echo LEFT''-\(typed.utf8.count)\n")
    }
    terminal.send("oceanid-ctl status --cluster te\t\n")
    #expect(
      eventually { terminal.output.contains("GOT:status --cluster tethys") }, "\(terminal.output.suffix(600))"
    )
    #expect(!FileManager.default.fileExists(atPath: folder.file("ran")), "\(terminal.output)")
  }

  /// Calls the function of the script directly, with words that no filter has checked.
  @Test(.enabled(if: TestSupport.program("bash") != nil))
  func bashScriptExpandsNothing() throws {
    let folder = try TemporaryFolder()
    let script = try folder.write(
      try run(Installation.client, ["completion", "bash"]).output, to: "completions")
    let words = Self.evil.joined(separator: "\n")
    let result = try run(
      "bash",
      [
        "-c",
        "cd \(folder.path); source \(script); cur=''; __oceanid-ctl_add_completions -W \"$WORDS\"; printf '%s\\n' \"${COMPREPLY[@]}\"",
      ], environment: ["PATH": "/usr/bin:/bin", "WORDS": words])
    #expect(result.output == words + "\n", "\(result)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("ran")))
  }

  @Test(arguments: Shell.allCases.filter(\.isHere))
  func tabCompletes(_ shell: Shell) throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "guard.yaml")
    for name in ["journal", "bin"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
    }
    chmod(try folder.write("#!/bin/sh\n", to: "bin/look-around"), 0o755)
    let terminal = try terminal(shell, folder)
    defer { terminal.kill() }
    for (typed, meant) in [
      ("history --event tunnel_do", "history --event tunnel_down<"),
      ("explain tunnel_do", "explain tunnel_down<"),
      ("doctor --config gua", "doctor --config guard.yaml<"),
      ("status --socket gua", "status --socket guard.yaml<"),
      ("report -o gua", "report -o guard.yaml<"),
      ("report --output gua", "report --output guard.yaml<"),
      ("env --kubeconfig gua", "env --kubeconfig guard.yaml<"),
      ("history --directory jou", "history --directory journal"),
      ("diff --directory jou", "diff --directory journal"),
      ("run -- look-a", "run -- look-around<"),
      ("run --timeout 5m -- look-a", "run --timeout 5m -- look-around<"),
    ] {
      terminal.send("oceanid-ctl \(typed)\t\n")
      #expect(
        eventually { terminal.output.contains("GOT:\(meant)") }, "\(typed): \(terminal.output.suffix(300))")
    }
  }
  /// Starts a shell in the folder with the completions loaded.
  private func terminal(
    _ shell: Shell, _ folder: TemporaryFolder, _ environment: [String: String] = [:]
  ) throws -> ChildProcess {
    try FileManager.default.createDirectory(
      atPath: folder.file("bin"), withIntermediateDirectories: true)
    symlink(Installation.client, folder.file("bin/oceanid-ctl"))
    let script = try run(Installation.client, ["completion", shell.rawValue]).output
    let completions = try folder.write(script, to: "completions")
    let terminal = try ChildProcess(
      "script", ["-qfec", shell.command, "/dev/null"],
      environment: [
        "PATH": "\(folder.file("bin")):/usr/local/bin:/usr/bin:/bin", "HOME": folder.path, "TERM": "xterm",
        "SHELL": "/bin/sh",
      ].merging(environment) { $1 }, takesInput: true)
    terminal.send("cd \(folder.path)\n" + shell.setting(completions))
    try #require(eventually { terminal.output.contains("READY-NOW") }, "\(terminal.output)")
    return terminal
  }
}
