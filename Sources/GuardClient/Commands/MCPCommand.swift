import ArgumentParser
import Glibc
import GuardAPI
import GuardAssistants
import GuardConnection
import GuardTerminal

struct MCPCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mcp",
    abstract: "Serve what the guard knows to an AI assistant (Model Context Protocol).",
    discussion: """
      It speaks on standard input and output until its input ends. Assistants start it; oceanid-ctl agents prints their \
      configuration. It only reads: it sends GET requests to the guard, starts no program, and hands out no kubeconfig, \
      no Secret and no log. Texts of the cluster are in fields named untrusted, without control characters, and cut.

      Assistants start it with few environment variables, so without --socket it also looks in /run/user/UID.

      Exit status: 0 at the end of its input, 69 if the assistant does not read its answers.

      Examples:
        oceanid-ctl mcp --socket /run/oceanid/guard.sock
        claude mcp add oceanid -- /usr/bin/oceanid-ctl mcp
      """)

  @OptionGroup var connection: SocketOption

  func run() throws {
    if isatty(STDIN_FILENO) == 1 {
      StandardOutput.writeError(
        "oceanid-ctl: this serves an assistant on standard input; for its configuration: oceanid-ctl agents\n"
      )
    }
    let goals = Goal.allCases.map { goal in
      WaitGoal(name: goal.rawValue) { status in
        goal.obstacle(in: status).map { WaitGoal.Obstacle(reason: $0.reason, needsPerson: $0.step != nil) }
      }
    }
    try AssistantServer(client: connection.trustedClient, goals: goals).run()
  }
}
