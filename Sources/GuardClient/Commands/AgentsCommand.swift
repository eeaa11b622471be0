import ArgumentParser
import Glibc
import GuardAPI
import GuardAssistants
import GuardClientDoctor
import GuardConnection
import GuardTerminal

struct AgentsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agents",
    abstract: "Print instructions and configuration for AI assistants.",
    discussion: """
      It prints a section for AGENTS.md or CLAUDE.md with the clusters of this guard, and for each assistant the \
      configuration of the MCP server and of the hook that refuses commands which change a cluster. The program and the \
      socket have absolute paths, because assistants pass on few environment variables.

      With --write it puts its part into a file, and only then: a section between markers in Markdown and TOML, a member \
      in JSON. Everything else in the file stays. It can be repeated.

      Examples:
        oceanid-ctl agents                        everything, to look at
        oceanid-ctl agents --for codex            the configuration of one assistant
        oceanid-ctl agents --write AGENTS.md --write .mcp.json --write .claude/settings.json
      """)

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("Only this assistant; may be repeated.", valueName: "assistant"))
  var clients: [AssistantClient] = []

  @Option(
    help: ArgumentHelp("Write into this file, known by its name; may be repeated.", valueName: "file"),
    completion: .file())
  var write: [String] = []

  @OptionGroup var connection: SocketOption

  func validate() throws {
    guard clients.isEmpty || write.isEmpty else {
      throw ValidationError(
        "--for and --write exclude each other: the name of the file determines the assistant")
    }
  }

  func run() throws {
    let client = connection.client
    let invocation = ClientInvocation(
      program: GuardProgram.client ?? "/usr/bin/oceanid-ctl", socket: absolute(client.socket.path))
    let clusters = names(client)
    guard !write.isEmpty else {
      let text = try AgentsText.text(invocation, clusters: clusters, clients: clients)
      return try StandardOutput.answer(text)
    }
    // All names are checked before the first file is changed.
    let files = try write.map { try AgentsFile($0, invocation, clusters: clusters) }
    for (path, file) in zip(write, files) {
      try StandardOutput.answer("\(Span(path).text): \(try file.write() ? "written" : "unchanged")\n")
    }
  }

  private func names(_ client: DaemonClient) -> [String] {
    do throws(ClientError) {
      return try client.status(.overview).clusters.map(\.name)
    } catch {
      StandardOutput.writeError(
        "oceanid-ctl: the names of the clusters are missing: \(Span("\(error)").text)\n")
      return []
    }
  }

  private func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    return "\(String(cString: folder))/\(path)"
  }
}

extension AssistantClient: ExpressibleByArgument {}
