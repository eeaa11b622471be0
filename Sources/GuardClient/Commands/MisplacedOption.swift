import ArgumentParser
import FoundationEssentials
import GuardAPI
import GuardConnection
import GuardTerminal
import GuardTypes

/// An option before its command.
struct MisplacedOption: CommandError, Hashable {
  /// The correct order: `status --socket /run/x.sock`.
  let order: [String]
  var exitStatus: Int32 { ExitStatus.usage.rawValue }

  /// nil if the first word is not an option of any command, or if the command is not named: then it is `status`.
  init?(_ arguments: [String]) {
    guard let option = arguments.first?.optionName, let help = CommandHelp.ofThisProgram,
      help.shownSubcommands.contains(where: { $0.takes(option) }), let place = help.placeOfCommand(arguments)
    else { return nil }
    var rest = arguments
    order = [rest.remove(at: place)] + rest
  }

  var description: String {
    "options follow the command: oceanid-ctl \(order.map(\.shellWord).joined(separator: " "))"
  }
}

/// An option that only other commands have.
struct ForeignOption: CommandError, Hashable {
  let option: String
  /// `alerts list`
  let command: String
  /// The commands that have it.
  let owners: [String]
  var exitStatus: Int32 { ExitStatus.usage.rawValue }

  init?(_ arguments: [String]) {
    guard let help = CommandHelp.ofThisProgram else { return nil }
    var rest = Array(arguments.prefix { $0 != "--" })
    var path: [String] = []
    var meant = help
    // Without a subcommand, the default subcommand applies, at each level.
    while !meant.shownSubcommands.isEmpty {
      let place = help.placeOfCommand(rest, of: meant)
      let name = place.map { rest.remove(at: $0) } ?? meant.defaultSubcommand
      guard let next = meant.shownSubcommands.first(where: { $0.commandName == name }) else { return nil }
      path.append(next.commandName)
      meant = next
    }
    // The words after `run` belong to another program.
    guard path.first != RunCommand.configuration.commandName else { return nil }
    var isValue = false
    for word in rest {
      defer { isValue = !isValue && !word.contains("=") && meant.takesValue(word) }
      guard !isValue, let option = word.optionName, !meant.takes(option),
        meant.takes(option.prefix(2)) == false
      else { continue }
      let owners = help.commands.filter { $0.help.takes(option) }.map(\.path)
      guard !owners.isEmpty else { return nil }
      (self.option, self.owners, command) = (String(option), owners, path.joined(separator: " "))
      return
    }
    return nil
  }

  var description: String {
    let hint = owners.count > 3 ? "" : "; it is an option of: \(owners.joined(separator: ", "))"
    return "\(command) has no option \(option)\(hint)"
  }

  var remedy: [String] { ["its options: oceanid-ctl \(command) --help"] }
}

extension String {
  /// `--since` of `--since=3d`; nil for another word, such as `-` or `-2h`.
  fileprivate var optionName: Substring? {
    guard hasPrefix("-"), let first = dropFirst().first, !first.isNumber, self != "--" else { return nil }
    return prefix { $0 != "=" }
  }
}

extension CommandHelp {
  fileprivate static let ofThisProgram = try? CommandHelp.read(Data(OceanidCtl._dumpHelp().utf8))

  /// The commands that have no commands of their own.
  fileprivate var commands: [(path: String, help: CommandHelp)] {
    shownSubcommands.flatMap { command in
      command.shownSubcommands.isEmpty
        ? [(command.commandName, command)]
        : command.commands.map { ("\(command.commandName) \($0.path)", $0.help) }
    }
  }

  /// The place of the first word that is a command and not the value of an option.
  ///
  /// - Parameter parent: the command whose commands are looked for; nil: this one.
  fileprivate func placeOfCommand(_ words: [String], of parent: CommandHelp? = nil) -> Int? {
    let names = (parent ?? self).shownSubcommands.map(\.commandName)
    var isValue = false
    for (place, word) in words.enumerated() {
      if !isValue, names.contains(word) { return place }
      // Another word ends the search: it is an argument.
      if !isValue, word.optionName == nil { return nil }
      isValue = !isValue && !word.contains("=") && takesValue(word)
    }
    return nil
  }

  /// True if this command or one of its commands has the option.
  fileprivate func takes(_ option: Substring) -> Bool {
    (arguments ?? []).contains { $0.names?.contains { $0.text == option } == true }
      || shownSubcommands.contains { $0.takes(option) }
  }

  /// True if the next word is the value of this option.
  fileprivate func takesValue(_ option: String) -> Bool {
    (arguments ?? []).contains { $0.kind == "option" && $0.names?.contains { $0.text == option } == true }
      || shownSubcommands.contains { $0.takesValue(option) }
  }
}
