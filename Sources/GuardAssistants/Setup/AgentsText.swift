/// The output of `oceanid-ctl agents`: the section and the files, with their places.
package enum AgentsText {
  /// - Parameter clients: empty for the section and all assistants.
  package static func text(
    _ invocation: ClientInvocation, clusters: [String], clients: [AssistantClient]
  ) throws(UneditableFile) -> String {
    var parts: [String] = []
    if clients.isEmpty {
      parts.append(
        """
        # AGENTS.md, or CLAUDE.md (Claude Code also reads a CLAUDE.md with the line @AGENTS.md)

        \(MarkedSection.markdown.marked(InstructionSection.text(invocation, clusters: clusters)))
        """)
    }
    for file in ClientFile.all(invocation) where clients.isEmpty || clients.contains(file.client) {
      let note = file.note.map { "\n# \($0)" } ?? ""
      parts.append("# \(file.client.title): \(file.path)\(note)\n\n\(try file.text)")
    }
    return parts.joined(separator: "\n")
  }
}
