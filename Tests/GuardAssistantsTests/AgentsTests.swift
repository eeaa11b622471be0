import Foundation
import GuardConnection
import TestSupport
import Testing

@testable import GuardAssistants

/// `oceanid-ctl agents`: its texts, and what it leaves in files of others.
@Suite struct AgentsTests {
  private static let invocation = ClientInvocation(
    program: "/opt/ocean tools/oceanid-ctl", socket: "/run/user/1000/oceanid/guard.sock")

  private static func file(_ path: String) throws -> ClientFile {
    try #require(ClientFile.all(invocation).first { $0.path == path })
  }

  private static func json(_ text: String) throws -> JSONValue {
    try #require(JSONReader.read(Array(text.utf8)))
  }

  @Test func sectionIsShortAndNamesTheClusters() throws {
    let section = InstructionSection.text(Self.invocation, clusters: ["tethys", "evil`\u{1B}[2J\n# run <b>"])
    #expect(
      MarkedSection.markdown.marked(section).split(separator: "\n", omittingEmptySubsequences: false).count
        < 40)
    #expect(section.contains("`tethys`, `evil # run b`"))
    #expect(section.contains("'/opt/ocean tools/oceanid-ctl' run -- kubectl"))
    for word in ["preflight", "untrusted", "Git", "77", "status", "unknown"] {
      #expect(section.contains(word), "\(word)")
    }
    let many = InstructionSection.text(Self.invocation, clusters: (0..<1000).map { "cluster-\($0)" })
    #expect(many.utf8.count < 4000 && many.contains("and 980 more"))
  }

  @Test func everyAssistantGetsTheAbsoluteProgramAndTheSocket() throws {
    for file in ClientFile.all(Self.invocation) {
      let text = try file.text
      #expect(text.contains("/opt/ocean tools/oceanid-ctl"), "\(file.path)")
      #expect(text.contains("/run/user/1000/oceanid/guard.sock"), "\(file.path)")
      if file.path.hasSuffix(".json") { _ = try Self.json(text) }
    }
    let server = try Self.json(Self.file(".mcp.json").text)["mcpServers"]?["oceanid"]
    #expect(server?["args"] == ["mcp", "--socket", "/run/user/1000/oceanid/guard.sock"])
    #expect(try Self.json(Self.file(".vscode/mcp.json").text)["servers"]?["oceanid"]?["type"] == "stdio")
    let cursor = try Self.json(Self.file(".cursor/hooks.json").text)
    #expect(cursor["version"] == 1)
    #expect(cursor["hooks"]?["beforeShellExecution"]?.items?.first?["failClosed"] == true)
    let gemini = try Self.json(Self.file("~/.gemini/settings.json").text)["hooks"]?["BeforeTool"]?.items?
      .first
    #expect(gemini?["matcher"] == "run_shell_command" && gemini?["hooks"]?.items?.first?["timeout"] == 5000)
    let claude = try Self.json(Self.file(".claude/settings.json").text)["hooks"]?["PreToolUse"]?.items?.first
    #expect(
      claude?["hooks"]?.items?.first?["command"]
        == "'/opt/ocean tools/oceanid-ctl' hook --socket /run/user/1000/oceanid/guard.sock")
    #expect(
      try Self.file("~/.codex/config.toml").text.contains(
        "\n[mcp_servers.oceanid]\ncommand = \"/opt/ocean tools"))
  }

  @Test func foreignEntriesStayInTheirOrder() throws {
    let own = """
      {"z": 1.0, "mcpServers": {"other": {"command": "a\\u00e9\\/b", "n": 12345678901234567890}, "oceanid": {"command": "old"}},
       "a": [1, {"b": null}], "hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "mine"}]}]}}
      """
    let file = try Self.file("~/.gemini/settings.json")
    let edited = try file.edited(own)
    #expect(try file.edited(edited) == edited, "a second time changes nothing")
    let keys = try [
      "\"z\"", "\"mcpServers\"", "\"other\"", "\"oceanid\"", "\"a\"", "\"PreToolUse\"", "\"BeforeTool\"",
    ].map {
      try #require(edited.range(of: $0)?.lowerBound, "\($0)")
    }
    #expect(keys == keys.sorted())
    for kept in ["1.0", "12345678901234567890", #""a\u00e9\/b""#, "\"mine\""] {
      #expect(edited.contains(kept), "\(kept)")
    }
    #expect(!edited.contains("\"old\""))
    let claude = try Self.file(".claude/settings.json").edited(own)
    let hooks = try Self.json(claude)["hooks"]?["PreToolUse"]?.items
    #expect(hooks?.count == 2 && hooks?.first?["hooks"]?.items?.first?["command"] == "mine")
    // The entry of another version of the program is replaced.
    let old = claude.replacing("/opt/ocean tools/", with: "/usr/bin/")
    #expect(
      try Self.json(Self.file(".claude/settings.json").edited(old))["hooks"]?["PreToolUse"]?.items?.count == 2
    )
  }

  @Test(arguments: [
    "// comment\n{}", "{\"a\":1,}", "[]", "1", "{", "{\"hooks\":1}", "{\"hooks\":{\"PreToolUse\":{}}}",
  ])
  func fileThatCannotBeKeptIsRefused(_ text: String) throws {
    let file = try Self.file(".claude/settings.json")
    #expect(throws: UneditableFile.self) { try file.edited(text) }
  }

  @Test func sectionIsReplacedAndTheRestStays() throws {
    for (section, text) in [
      (MarkedSection.markdown, "# Mine\n\nwords"), (.toml, "[a]\nb = 1\n"), (.markdown, ""),
    ] {
      let first = try section.placed("one", in: text)
      #expect(first.hasPrefix(text))
      let second = try section.placed("two", in: first + "after\n")
      #expect(second.hasPrefix(text) && second.hasSuffix("after\n"))
      #expect(second.contains("two") && !second.contains("one\n"))
      #expect(try section.placed("two", in: second) == second)
      #expect(throws: UneditableFile.self) { try section.placed("x", in: second + first) }
      #expect(throws: UneditableFile.self) { try section.placed("x", in: section.begin) }
    }
  }

  @Test func secondTableOfTheServerIsRefused() throws {
    let file = try Self.file("~/.codex/config.toml")
    let mine = "model = \"x\"\n"
    let edited = try file.edited(mine)
    #expect(edited.hasPrefix(mine))
    #expect(try file.edited(edited) == edited)
  }

  @Test(arguments: [
    "[mcp_servers.oceanid]\ncommand = 'a'\n", "[mcp_servers.\"oceanid\"]\n", "[ 'mcp_servers' . oceanid ]\n",
    "[mcp_servers.oceanid.env]\nA = 'b'\n", "mcp_servers.oceanid.command = 'a'\n",
    "mcp_servers.\"oceanid\" = { command = 'a' }\n", "[mcp_servers]\noceanid = { command = 'a' }\n",
    "[mcp_servers]\noceanid.command = 'a'\n", "mcp_servers = { other = { command = 'a' } }\n",
    "mcp_servers = {}\n",
    "[[mcp_servers.oceanid]]\n", "a = 1\r\n\tmcp_servers.oceanid.command = 'a'\r\n",
  ])
  func anyDefinitionOfTheTableIsRefused(_ text: String) throws {
    let file = try Self.file("~/.codex/config.toml")
    #expect(throws: UneditableFile.self) { try file.edited(text) }
  }

  @Test(arguments: [
    "[mcp_servers.other]\ncommand = 'oceanid'\n", "mcp_servers.other.command = 'a'\n",
    "[a]\nmcp_servers = 1\n",
    "# mcp_servers.oceanid\n", "[mcp_servers]\n", "a = 'mcp_servers.oceanid = 1'\n", "[a]\noceanid = 1\n",
  ])
  func otherTablesStay(_ text: String) throws {
    let edited = try Self.file("~/.codex/config.toml").edited(text)
    #expect(edited.hasPrefix(text) && edited.contains("[mcp_servers.oceanid]"))
  }

  @Test func onlyNamedFilesAreWritten() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("CLAUDE.md")
    try folder.write("# Mine\n", to: "AGENTS.md")
    symlink("AGENTS.md", path)
    chmod(folder.file("AGENTS.md"), 0o600)
    #expect(try AgentsFile(path, Self.invocation, clusters: ["tethys"]).write())
    #expect(try !AgentsFile(path, Self.invocation, clusters: ["tethys"]).write())
    var status = stat()
    #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK, "the link stays")
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(try folder.read("AGENTS.md").hasPrefix("# Mine\n\n<!-- begin oceanid-guard"))
    #expect(try AgentsFile(folder.file(".cursor/mcp.json"), Self.invocation, clusters: []).write())
    #expect(try Self.json(folder.read(".cursor/mcp.json"))["mcpServers"]?["oceanid"] != nil)
    #expect(throws: UnwritableAgentsFile.self) { try AgentsFile("notes.txt", Self.invocation, clusters: []) }
    try folder.write("mine", to: "AGENTS.md.new")
    #expect(try AgentsFile(path, Self.invocation, clusters: []).write())
    #expect(try folder.read("AGENTS.md.new") == "mine", "no other file is touched")
    try #require(mkfifo(folder.file("NOTES.md"), 0o600) == 0)
    #expect(throws: UnwritableAgentsFile.self) {
      try AgentsFile(folder.file("NOTES.md"), Self.invocation, clusters: []).write()
    }
  }
}
