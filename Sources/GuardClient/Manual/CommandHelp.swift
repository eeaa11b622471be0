import FoundationEssentials

/// A command's help as dumped by ArgumentParser (ArgumentParserToolInfo).
struct CommandHelp: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String

      var text: String { kind == "long" ? "--\(name)" : "-\(name)" }
    }

    let kind: String
    let abstract: String?
    let names: [Name]?
    let valueName: String?
    let isOptional: Bool
    let isRepeating: Bool
    let shouldDisplay: Bool

    /// `-o, --output <output>`
    var heading: String {
      guard let names, !names.isEmpty else { return value }
      let all = names.map(\.text).joined(separator: ", ")
      return kind == "option" ? "\(all) \(value)" : all
    }

    var value: String { "<\(valueName ?? "value")>\(isRepeating && names == nil ? "..." : "")" }

    /// The form in a usage line.
    var usage: String {
      let text =
        if let name = names?.last { kind == "option" ? "\(name.text) \(value)" : name.text } else { value }
      return isOptional ? "[\(text)]" : text
    }
  }

  let commandName: String
  let abstract: String?
  let discussion: String?
  let arguments: [Argument]?
  let subcommands: [CommandHelp]?
  let shouldDisplay: Bool?
  let superCommands: [String]?
  let defaultSubcommand: String?

  /// The arguments without the options that every command has.
  var shownArguments: [Argument] {
    (arguments ?? []).filter {
      $0.shouldDisplay && !["help", isWhole ? "" : "version"].contains($0.names?.last?.name)
    }
  }
  var shownSubcommands: [CommandHelp] {
    (subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
  }

  private var isWhole: Bool { superCommands?.isEmpty ?? true }

  private struct Dump: Decodable {
    let command: CommandHelp
  }

  /// - Parameter dump: the output of `--experimental-dump-help`.
  static func read(_ dump: Data) throws -> CommandHelp {
    try JSONDecoder().decode(Dump.self, from: dump).command
  }
}
