package import FoundationEssentials

/// The input of a hook that an assistant calls before it runs a command.
///
/// Claude Code, Codex and VS Code send the event `PreToolUse`, Gemini CLI `BeforeTool`, Cursor `beforeShellExecution`.
package enum HookRequest: Hashable {
  /// Another event, or a tool that is not a shell.
  case other
  /// A line for a shell.
  case line(String)
  /// A program with its arguments.
  case words([String])

  /// The largest input in bytes.
  package static let limit = 1 << 20

  /// The reason why the input is not a request.
  package enum Flaw: Error, Hashable {
    case tooLarge
    case noJSON
    /// A shell is to run something, but no command is there.
    case noCommand
    /// A name is given twice in one object. Readers differ in which value they take.
    case repeatedName(String)
  }

  package static func read(_ bytes: Data) throws(Flaw) -> HookRequest {
    guard bytes.count <= limit else { throw .tooLarge }
    let fields: Fields
    do { fields = try JSONDecoder().decode(Fields.self, from: bytes) } catch { throw .noJSON }
    if let name = RepeatedName.first(in: bytes) { throw .repeatedName(name) }
    switch fields.event {
    case "PreToolUse", "BeforeTool":
      guard shells.contains(fields.tool?.lowercased() ?? "") else { return .other }
      guard let command = fields.input else { throw .noCommand }
      return command
    case "beforeShellExecution":
      guard let command = fields.command else { throw .noCommand }
      return command
    default: return .other
    }
  }

  /// The names that assistants give to their shell, in lower case.
  private static let shells: Set<String> = [
    "bash", "shell", "local_shell", "exec_command", "unified_exec", "shell_command", "run_shell_command",
    "run_in_terminal", "runinterminal", "run_terminal_command", "run_terminal_cmd", "runterminalcommand",
    "terminal",
    "execute_command", "zsh", "sh",
  ]

  private struct Fields: Decodable {
    var event: String?
    var tool: String?
    var input: HookRequest?
    var command: HookRequest?

    private enum Key: String, CodingKey {
      case snakeEvent = "hook_event_name"
      case event = "hookEventName"
      case snakeTool = "tool_name"
      case tool = "toolName"
      case snakeInput = "tool_input"
      case input = "toolInput"
      case command, cmd
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Key.self)
      func text(_ keys: Key...) -> String? {
        keys.compactMap { try? fields.decode(String.self, forKey: $0) }.first
      }
      event = text(.snakeEvent, .event)
      tool = text(.snakeTool, .tool)
      command = Fields.command(fields)
      for key in [Key.snakeInput, .input] where input == nil {
        input = (try? fields.nestedContainer(keyedBy: Key.self, forKey: key)).flatMap(Fields.command)
      }
    }

    private static func command(_ fields: KeyedDecodingContainer<Key>) -> HookRequest? {
      for key in [Key.command, .cmd] {
        if let line = try? fields.decode(String.self, forKey: key) { return .line(line) }
        if let words = try? fields.decode([String].self, forKey: key) { return .words(words) }
      }
      return nil
    }
  }

  /// The effect of the command; none for another request.
  package var effect: CommandEffect {
    switch self {
    case .other: .none
    case .line(let line): CommandReader.effect(ofLine: line)
    case .words(let words): CommandReader.effect(of: words)
    }
  }
}

/// Finds names that an object of a JSON text has twice, which no decoder reports.
private enum RepeatedName {
  /// - Parameter bytes: valid JSON.
  static func first(in bytes: Data) -> String? {
    let bytes = Array(bytes)
    var objects: [Set<String>] = []
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "{"): objects.append([])
      case UInt8(ascii: "}"): _ = objects.popLast()
      case UInt8(ascii: "\""):
        let begin = index
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
          index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        // Only a name is followed by a colon.
        let rest = bytes[min(index + 1, bytes.count)...].first { !" \t\r\n".utf8.contains($0) }
        guard rest == UInt8(ascii: ":"), let object = objects.indices.last else { break }
        let literal = bytes[begin...min(index, bytes.count - 1)]
        let name = name(literal)
        guard objects[object].insert(name).inserted else { return name }
      default: break
      }
      index += 1
    }
    return nil
  }

  /// `command` is also written `\u0063ommand`.
  private static func name(_ literal: ArraySlice<UInt8>) -> String {
    guard literal.contains(UInt8(ascii: "\\")) else {
      return String(decoding: literal.dropFirst().dropLast(), as: UTF8.self)
    }
    let array = Data("[".utf8) + Data(literal) + Data("]".utf8)
    return (try? JSONDecoder().decode([String].self, from: array))?.first
      ?? String(decoding: literal, as: UTF8.self)
  }
}

extension HookRequest.Flaw: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooLarge: "the hook's input is longer than \(HookRequest.limit) bytes"
    case .noJSON: "the hook's input is not the JSON of a hook"
    case .noCommand: "the hook's input has no command that can be read"
    case .repeatedName(let name): "the hook's input has the name '\(name)' twice in one object"
    }
  }
}
