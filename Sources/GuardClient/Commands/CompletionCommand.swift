import ArgumentParser
import GuardTerminal

struct CompletionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print the completion script of a shell.",
    discussion: """
      It completes commands, options, events, and the names of the clusters that the guard watches.

      Examples:
        source <(oceanid-ctl completion bash)
        oceanid-ctl completion zsh >"${fpath[1]}/_oceanid-ctl"
        oceanid-ctl completion fish >~/.config/fish/completions/oceanid-ctl.fish
      """)

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  func run() throws {
    try StandardOutput.answer(CompletionScript.text(for: shell) + "\n")
  }
}
