import GuardConnection

/// A configuration file of an assistant, and the guard's part in it.
package struct ClientFile: Sendable {
  enum Part: Sendable {
    /// A member of an object: the keys of the path, and the value.
    case member([String], JSONValue)
    /// An item of a list that other programs use, too.
    case item([String], JSONValue)
    /// A member that is written only if it is missing.
    case missing([String], JSONValue)
    /// A section of a TOML file.
    case section(String)
  }

  let client: AssistantClient
  /// `~/…` for the user, otherwise in the project.
  package let path: String
  let parts: [Part]
  /// Remarks for the user.
  let note: String?

  /// The name of the server. Gemini accepts no underscore in it.
  static let server = "oceanid"

  /// All files, in the order of the assistants.
  package static func all(_ invocation: ClientInvocation) -> [ClientFile] {
    AssistantClient.allCases.flatMap { files(of: $0, invocation) }
  }

  private static func files(of client: AssistantClient, _ invocation: ClientInvocation) -> [ClientFile] {
    func file(_ path: String, _ parts: [Part], _ note: String? = nil) -> ClientFile {
      ClientFile(client: client, path: path, parts: parts, note: note)
    }
    // Seconds; the hook waits much less for the guard.
    let timeout = 5
    func command(timeout: Int) -> JSONValue {
      ["type": "command", "command": .string(invocation.hook), "timeout": .count(timeout)]
    }
    func matched(_ tool: String, timeout: Int) -> JSONValue {
      ["matcher": .string(tool), "hooks": [command(timeout: timeout)]]
    }
    switch client {
    case .claudeCode:
      return [
        file(".mcp.json", [.member(["mcpServers", server], invocation.server(type: "stdio"))]),
        file(".claude/settings.json", [.item(["hooks", "PreToolUse"], matched("Bash", timeout: timeout))]),
      ]
    case .codex:
      return [
        file("~/.codex/config.toml", [.section(toml(invocation))]),
        file(
          "~/.codex/hooks.json", [.item(["hooks", "PreToolUse"], matched("Bash", timeout: timeout))],
          "Codex asks once whether you trust the hook."),
      ]
    case .cursor:
      let hook: JSONValue = [
        "command": .string(invocation.hook), "timeout": .count(timeout), "failClosed": true,
      ]
      return [
        file(".cursor/mcp.json", [.member(["mcpServers", server], invocation.server(type: nil))]),
        file(
          ".cursor/hooks.json", [.missing(["version"], 1), .item(["hooks", "beforeShellExecution"], hook)]),
      ]
    case .gemini:
      return [
        file(
          "~/.gemini/settings.json",
          [
            .member(["mcpServers", server], invocation.server(type: nil)),
            // Milliseconds.
            .item(["hooks", "BeforeTool"], matched("run_shell_command", timeout: timeout * 1000)),
          ], "Gemini reads AGENTS.md only if context.fileName names it.")
      ]
    case .vscode:
      return [
        file(".vscode/mcp.json", [.member(["servers", server], invocation.server(type: "stdio"))]),
        file(
          ".github/hooks/oceanid.json", [.item(["hooks", "PreToolUse"], command(timeout: timeout))],
          "Hooks are a preview in VS Code; check that a refused command does not run."),
      ]
    }
  }

  /// TOML basic strings have the escapes of JSON, except that of the slash, which is never escaped here.
  private static func toml(_ invocation: ClientInvocation) -> String {
    let arguments = invocation.serverArguments.map { JSONValue.string($0).line }.joined(separator: ", ")
    return """
      [mcp_servers.\(server)]
      command = \(JSONValue.string(invocation.program).line)
      args = [\(arguments)]
      startup_timeout_sec = 10
      tool_timeout_sec = 660
      """
  }

  /// The contents of a new file.
  package var text: String {
    get throws(UneditableFile) { try edited("") }
  }

  /// The contents of the file with the guard's part; everything else stays.
  ///
  /// - Parameter text: the present contents; empty for a new file.
  package func edited(_ text: String) throws(UneditableFile) -> String {
    var text = text
    var json: OrderedJSON?
    for part in parts {
      if case .section(let section) = part {
        try checkTable(in: text)
        text = try MarkedSection.toml.placed(section, in: text)
        continue
      }
      var document: OrderedJSON
      if let json { document = json } else { document = try OrderedJSON(document: text) }
      switch part {
      case .section: break
      case .member(let path, let value): try document.set(path, to: value, replaces: true)
      case .missing(let path, let value): try document.set(path, to: value, replaces: false)
      case .item(let path, let value): try document.place(path, value, replacing: ClientFile.isOwn)
      }
      json = document
    }
    return json.map { $0.text + "\n" } ?? text
  }

  /// A second definition of the table, in any of the spellings of TOML, would make the whole file invalid: a header,
  /// dotted keys, or an inline table, which cannot be extended.
  private func checkTable(in text: String) throws(UneditableFile) {
    let path = ["mcp_servers", ClientFile.server]
    var table: [String] = []
    for line in MarkedSection.toml.removed(from: text).split(whereSeparator: \.isNewline) {
      let line = line.drop { $0 == " " || $0 == "\t" }
      let isHeader = line.hasPrefix("[")
      guard isHeader || line.contains("=") else { continue }
      let keys = ClientFile.keys(isHeader ? line.drop { $0 == "[" } : line, until: isHeader ? "]" : "=")
      if isHeader { table = keys }
      let defined = isHeader ? keys : table + keys
      // An inline table ends with its line.
      let isClosed = !isHeader && defined == ["mcp_servers"]
      guard !defined.starts(with: path), !isClosed else {
        throw UneditableFile(
          "it already defines \(path.joined(separator: ".")), or all of mcp_servers in one line (\(defined.joined(separator: "."))); remove that first"
        )
      }
    }
  }

  /// The keys of a dotted key, without quotes: `mcp_servers . "oceanid"`.
  private static func keys(_ text: Substring, until end: Character) -> [String] {
    var keys: [String] = []
    var key = ""
    var quote: Character?
    for character in text {
      switch (quote, character) {
      case (nil, end): return keys + [key]
      case (nil, "."):
        keys.append(key)
        key = ""
      case (nil, "\""), (nil, "'"): quote = character
      case (nil, " "), (nil, "\t"): continue
      case (let open?, _) where open == character: quote = nil
      default: key.append(character)
      }
    }
    return keys + [key]
  }

  /// True for an item that runs this program's hook.
  private static func isOwn(_ item: OrderedJSON) -> Bool {
    switch item {
    case .scalar: false
    case .array(let items): items.contains(where: isOwn)
    case .object(let members):
      members.contains { member in
        guard member.key == "command", let command = member.value.string else { return isOwn(member.value) }
        return command.contains("oceanid-ctl") && command.contains(" hook")
      }
    }
  }
}

/// Why a file was left as it is.
package struct UneditableFile: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
