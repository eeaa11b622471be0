import Foundation
import TestSupport
import Testing

/// What a shell makes of TAB, as somebody types at a terminal: script(1) gives it one.
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

    /// Takes the completions, and has the command tell its words but where the completions themselves ask it.
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

  @Test(arguments: Shell.allCases.filter(\.isHere))
  func tabCompletes(_ shell: Shell) throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "guard.yaml")
    for name in ["journal", "bin"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
    }
    chmod(try folder.write("#!/bin/sh\n", to: "bin/look-around"), 0o755)
    symlink(Installation.client, folder.file("bin/oceanid-ctl"))
    let script = try run(Installation.client, ["completion", shell.rawValue]).output
    let completions = try folder.write(script, to: "completions")
    let terminal = try ChildProcess(
      "script", ["-qfec", shell.command, "/dev/null"],
      environment: [
        "PATH": "\(folder.file("bin")):/usr/local/bin:/usr/bin:/bin", "HOME": folder.path, "TERM": "xterm",
        "SHELL": "/bin/sh",
      ], takesInput: true)
    defer { terminal.kill() }
    terminal.send("cd \(folder.path)\n" + shell.setting(completions))
    try #require(eventually { terminal.output.contains("READY-NOW") }, "\(terminal.output)")
    for (typed, meant) in [
      ("history --event tunnel_do", "history --event tunnel_down<"),
      ("explain tunnel_do", "explain tunnel_down<"),
      ("doctor --config gua", "doctor --config guard.yaml<"),
      ("status --socket gua", "status --socket guard.yaml<"),
      ("report -o gua", "report -o guard.yaml<"),
      ("report --output gua", "report --output guard.yaml<"),
      ("env --kubeconfig gua", "env --kubeconfig guard.yaml<"),
      ("history --directory jou", "history --directory journal"),
      ("run -- look-a", "run -- look-around<"),
      ("run --timeout 5m -- look-a", "run --timeout 5m -- look-around<"),
    ] {
      terminal.send("oceanid-ctl \(typed)\t\n")
      #expect(
        eventually { terminal.output.contains("GOT:\(meant)") }, "\(typed): \(terminal.output.suffix(300))")
    }
  }
}
