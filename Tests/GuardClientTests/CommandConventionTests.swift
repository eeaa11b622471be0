import ArgumentParser
import Foundation
import GuardAPI
import Platform
import TestSupport
import Testing

@testable import GuardClient
@testable import GuardConnection

/// Conventions for commands: help with examples, a manual, completion, and suggestions for typing errors.
@Suite struct CommandConventionTests {
  private static func help() throws -> CommandHelp { try CommandHelp.read(Data(OceanidCtl._dumpHelp().utf8)) }

  @Test func everyCommandHasExamples() throws {
    let commands = try Self.help().shownSubcommands
    #expect(commands.count > 12)
    for command in commands {
      #expect(command.abstract?.hasSuffix(".") == true, "\(command.commandName)")
      let examples = command.discussion?.components(separatedBy: "Examples:\n").last ?? ""
      #expect(examples.contains("oceanid-ctl \(command.commandName)"), "\(command.commandName)")
      for argument in command.shownArguments {
        #expect(argument.abstract?.isEmpty == false, "\(command.commandName) \(argument.heading)")
      }
    }
  }

  @Test(arguments: [(Shell.bash, "bash", ["-n"]), (.zsh, "zsh", ["-n"]), (.fish, "fish", ["--no-execute"])])
  func completionScriptsAreValid(_ shell: Shell, _ program: String, _ options: [String]) throws {
    let kind: CompletionShell = shell == .bash ? .bash : shell == .zsh ? .zsh : .fish
    let script = OceanidCtl.completionScript(for: kind)
    for word in ["history", "explain", "cluster"] { #expect(script.contains(word), "\(word)") }
    guard TestSupport.program(program) != nil else { return }
    let folder = try TestSupport.TemporaryFolder()
    let result = try run(program, options + [try folder.write(script, to: "script")])
    #expect(result.exit == .exited(0), "\(result.errors)")
  }

  /// `-o json` and `-ojson` are known wherever `--json` is.
  @Test func everyCommandWithAJSONFormAlsoTakesOutput() throws {
    func check(_ command: CommandHelp) {
      let names = Set(command.shownArguments.flatMap { $0.names?.map(\.text) ?? [] })
      #expect(
        !names.contains("--json") || names.contains("--output"),
        "\(command.commandName)")
      command.shownSubcommands.forEach(check)
    }
    check(try Self.help())
    for words in [["-o", "yaml"], ["-oyaml"], ["-o=yaml"], ["--output", "yaml"], ["--output=yaml"]] {
      #expect(try StatusCommand.parse(words).output == .yaml, "\(words)")
      #expect(try SilenceCommand.parse(words).format.output == .yaml, "\(words)")
    }
    #expect(ErrorOutput.isJSON(["status", "-ojson"]))
  }

  @Test func aDocumentIsJSONOrYAML() throws {
    let json = "{\"a\":[1,null]}\n"
    #expect(
      try FormatOption.parse([]).text(json) == json && FormatOption.parse(["-ojson"]).text(json) == json)
    #expect(try FormatOption.parse(["-oyaml"]).text(json) == "\"a\":\n  - 1\n  - null\n")
    #expect(try FormatOption.parse(["-oyaml"]).isDocument(json: false))
    #expect(
      try !FormatOption.parse([]).isDocument(json: false) && FormatOption.parse([]).isDocument(json: true))
  }

  @Test func aTimeThatCannotBeReadListsTheForms() throws {
    for command in ["history", "diff"] {
      let error = #expect(throws: (any Error).self) {
        try OceanidCtl.parseAsRoot([command, "--since", "soon"])
      }
      #expect(error.map { OceanidCtl.message(for: $0) }?.contains("yesterday, 2026-03-01") == true)
      #expect(throws: Never.self) { try OceanidCtl.parseAsRoot([command, "--since", "-2h"]) }
    }
    let error = #expect(throws: (any Error).self) {
      try OceanidCtl.parseAsRoot(["report", "--since", "1h", "--until", "2h", "-o", "-"])
    }
    #expect(
      error.map { OceanidCtl.fullMessage(for: $0, columns: 120) }?.contains("Usage: oceanid-ctl report")
        == true)
  }

  /// Without them, the command would also cut the connections of other clusters, or reach another guard.
  @Test func theNextStepOfReconnectRepeatsItsOptions() throws {
    func step(_ words: String...) throws -> [String] {
      TunnelIsUp(clusters: [], options: try ReconnectCommand.parse(words).options).remedy
    }
    #expect(try step() == ["to reconnect anyway: oceanid-ctl reconnect --force"])
    #expect(
      try step("--cluster", "dione", "--socket", "/run/a b")
        == ["to reconnect anyway: oceanid-ctl reconnect --force --socket '/run/a b' --cluster dione"])
  }

  @Test func misspelledCommandGetsASuggestion() {
    for known in [["status"], ["--help"], ["help"], ["help", "alerts", "test"], ["help", "--help"], []] {
      #expect(UnknownCommand(known) == nil, "\(known)")
    }
    #expect(UnknownCommand(["statsu"]).map { "\($0)" }?.contains("did you mean status?") == true)
    #expect(UnknownCommand(["frobnicate"]).map { "\($0)" }?.contains("did you mean") == false)
    #expect(
      UnknownCommand(["help", "nope"]).map { "\($0)" }?.hasPrefix("unknown command 'nope'; list") == true)
    #expect(
      UnknownCommand(["help", "alerts", "tset"]).map { "\($0)" }?.hasPrefix(
        "unknown command 'alerts tset'; did you mean test?") == true)
    #expect(UnknownCommand(["alerts", "tset"]).map { "\($0)" }?.contains("did you mean test?") == true)
    #expect(UnknownCommand(["alerts", "test", "pager"]) == nil)
    #expect(UnknownCommand(["explain", "auth_refused"]) == nil)
  }

  @Test(arguments: [
    ("nodes --for healthy", "nodes has no option --for; it is an option of: wait, silence, agents"),
    ("--limit 3 status", "status has no option --limit; it is an option of: history"),
    ("--limit 3", "status has no option --limit; it is an option of: history"),
    ("alerts --limit=3", "alerts list has no option --limit; it is an option of: history"),
    ("alerts --cluster X", "alerts list has no option --cluster"),
    ("alerts test --json pager", "alerts test has no option --json"),
    ("version --socket a --cluster X", "version has no option --cluster"),
    ("manual --cluster X", "manual has no option --cluster"),
    ("check -n 3", "check has no option -n; it is an option of: history"),
  ]) func optionOfAnotherCommandIsNamedWithTheCommand(line: String, message: String) {
    let mistake = ForeignOption(line.split(separator: " ").map(String.init))
    #expect(mistake.map { "\($0)" } == message)
  }

  @Test(arguments: [
    "status --json", "status -ojson", "status -o=json", "nodes --bogus", "history --since -2h", "--json",
    "history --directory --limit", "run -- kubectl --for x", "run --reason x kubectl --limit", "nodes --help",
    "alerts test pager", "check tunnel", "explain a b", "",
  ]) func otherMistakesAreNoOptionsOfOtherCommands(line: String) {
    let mistake = ForeignOption(line.split(separator: " ").map(String.init))
    #expect(mistake == nil)
  }

  @Test(arguments: [HistoryCommand.self, DiffCommand.self, ReportCommand.self] as [any ParsableCommand.Type])
  func startInTheFutureIsRefused(command: any ParsableCommand.Type) {
    let output = command == ReportCommand.self ? ["--output", "-"] : []
    let error = #expect(throws: (any Error).self) {
      _ = try command.parse(["--since", "2199-01-01"] + output)
    }
    #expect(error.map { command.message(for: $0) } == "--since 2199-01-01 is in the future")
    #expect(error.map { command.exitCode(for: $0) } == .validationFailure)
    #expect(throws: Never.self) { try HistoryCommand.parse(["--since", "now", "--follow"]) }
  }

  @Test func pathThatNoSocketCanHaveIsAWrongUsage() {
    let path = "/" + String(repeating: "x", count: UnixStream.longestPath)
    let client = DaemonClient(socket: .resolve(option: path))
    let error = #expect(throws: ClientError.self) { try client.status() }
    #expect(error?.exitStatus == 64)
    #expect(error?.isTransient == false)
    #expect(
      error?.description == "the path of a Unix socket has at most 107 bytes, and this one has 108: \(path)")
  }

  @Test func optionBeforeItsCommandGetsTheCorrectOrder() {
    #expect(
      MisplacedOption(["--socket", "/a b", "status", "--json"]).map { "\($0)" }
        == "options follow the command: oceanid-ctl status --socket '/a b' --json")
    #expect(MisplacedOption(["--event=tunnel_up", "history"])?.order == ["history", "--event=tunnel_up"])
    // Without a command it is status, and the parser has the message.
    #expect(MisplacedOption(["--json"]) == nil)
    #expect(MisplacedOption(["--socket"]) == nil)
    #expect(MisplacedOption(["--cluster", "status", "nodes"])?.order == ["nodes", "--cluster", "status"])
    #expect(MisplacedOption(["--bogus", "status"]) == nil)
    #expect(MisplacedOption([]) == nil)
  }

  @Test func reportHasNoJSONOption() throws {
    let report = try #require(try Self.help().shownSubcommands.first { $0.commandName == "report" })
    #expect(report.shownArguments.allSatisfy { !$0.heading.contains("--json") })
  }

  @Test(arguments: [
    "Tests/run", "Tests/systemd-boot", "Tests/Faults/run", "Tests/Fuzz/run", "Tests/memcheck",
    "Tests/Benchmarks/run", "config/demo/run",
  ])
  func everyTestScriptDocumentsItsRequirements(_ script: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    let result = try run(root.appending(path: script).path, ["--help"])
    #expect(result.exit == .exited(0), "\(result.errors)")
    let source = try String(contentsOf: root.appending(path: script), encoding: .utf8)
    let head = source.split(separator: "\n").dropFirst().prefix { $0.hasPrefix("#") }
    #expect(result.output.split(separator: "\n").last == head.last?.dropFirst(2))
    #expect(result.output.contains("  \(script)"))
  }
}
