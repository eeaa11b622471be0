/// An assistant for which configuration is generated.
package enum AssistantClient: String, CaseIterable, Sendable {
  case claudeCode = "claude-code"
  case codex, cursor, gemini, vscode

  package var title: String {
    switch self {
    case .claudeCode: "Claude Code"
    case .codex: "Codex"
    case .cursor: "Cursor"
    case .gemini: "Gemini CLI"
    case .vscode: "VS Code"
    }
  }
}
