import ArgumentParser
import Foundation
import GuardAPI
import Health
import TestSupport
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardExplain
@testable import GuardRun

/// The pages are written manually, so each list in them is compared with the programs.
@Suite struct ManualTests {
  private static func help() throws -> CommandHelp { try CommandHelp.read(Data(OceanidCtl._dumpHelp().utf8)) }

  /// The commands that are not only groups of others, for example `status` and `alerts list`.
  private static func commands(_ help: CommandHelp, _ path: [String] = []) -> [(
    name: String, help: CommandHelp
  )] {
    help.shownSubcommands.flatMap { command in
      let name = path + [command.commandName]
      let below = commands(command, name)
      return below.isEmpty ? [(name.joined(separator: " "), command)] : below
    }
  }

  /// The lines of each subsection by its heading.
  private static func subsections(_ page: ManualPage) -> [String: [Substring]] {
    var sections: [String: [Substring]] = [:]
    var heading: String?
    for line in page.text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix(".Ss ") {
        heading = String(line.dropFirst(4))
      } else if line.hasPrefix(".Sh ") {
        heading = nil
      } else if let heading {
        sections[heading, default: []].append(line)
      }
    }
    return sections
  }

  /// `-o` and `--output` in `.It Fl o Ar wide , Fl -output Ar wide`.
  private static func options(_ lines: some Sequence<Substring>) -> Set<String> {
    Set(lines.flatMap { $0.matches(of: /\bFl (-?[a-z][a-z-]*)/).map { "-\($0.output.1)" } })
  }

  /// The words of the items of a list: `started` and `stopped` in `.It Cm started , stopped`.
  private static func items(_ lines: [Substring], _ macro: String) -> [String] {
    lines.filter { $0.hasPrefix(".It \(macro) ") }.flatMap {
      $0.dropFirst(5 + macro.count).split(separator: " , ")
    }
    .map(String.init)
  }

  @Test func clientPageHasExactlyTheCommandsAndOptions() throws {
    let sections = Self.subsections(.client)
    let commands = try Self.commands(Self.help())
    #expect(Set(sections.keys) == Set(commands.map(\.name) + ["Common options"]))
    let common = try Self.options(#require(sections["Common options"]))
    for (name, help) in commands {
      let section = try #require(sections[name])
      let synopsis = section.prefix { $0 != ".Pp" }
      #expect(synopsis.first == ".Nm Cm \(name)")
      let options = Set(help.shownArguments.flatMap { $0.names?.map(\.text) ?? [] })
      #expect(Self.options(synopsis) == options, "synopsis of \(name)")
      let described = Self.options(section.filter { $0.hasPrefix(".It ") })
      #expect(described.isSubset(of: options), "options of \(name)")
      #expect(options.subtracting(common).isSubset(of: described), "options of \(name)")
    }
  }

  @Test func reportsPageHasEveryEventFieldAndPath() throws {
    let sections = Self.subsections(.reports)
    let events = try Self.items(#require(sections["Events"]), "Cm")
    #expect(events.sorted() == Catalog.builtIn.entries.map(\.event).sorted())
    let fields = try Self.items(#require(sections["Fields"]), "Ev")
    for field in JournalField.allCases where field != .message {
      #expect(fields.contains(field.rawValue), "\(field)")
    }
    let paths = Self.items(ManualPage.reports.text.split(separator: "\n"), "Cm").filter { $0.contains("/") }
    #expect(paths.sorted() == Route.allCases.map { "\($0.method.rawValue) \($0.path)" }.sorted())
  }

  @Test func configurationPageHasEveryKindOfIncident() {
    let kinds = Problem.Kind.allCases.map(\.rawValue).joined(separator: ", ")
    #expect(ManualPage.configuration.text.replacing("\n", with: " ").contains(": \(kinds)."))
  }

  @Test func pageIsFoundByNameWithOrWithoutSection() {
    for page in ManualPage.allCases { #expect(ManualPage(named: page.rawValue) == page) }
    #expect(ManualPage(named: "oceanid-ctl") == .client)
    #expect(ManualPage(named: "oceanid-guard.yaml") == .configuration)
    #expect(ManualPage(named: "oceanid-guard") == .daemon)
    #expect(ManualPage(named: "oceanid-guard.1") == nil)
  }

  @Test(
    .enabled(if: TestSupport.program("mandoc") != nil, "no mandoc here (apt install mandoc)"), .blocking,
    arguments: ManualPage.allCases)
  func pageIsWellFormed(_ page: ManualPage) throws {
    let folder = try TestSupport.TemporaryFolder()
    let lint = try run(
      "mandoc", ["-T", "lint", "-W", "style", try folder.write(page.text, to: page.rawValue)])
    // These pages belong to other packages, which may not be installed.
    let complaints = lint.output.split(separator: "\n").filter { !$0.contains("referenced manual not found") }
    #expect(complaints.isEmpty, "\(lint.output)")
  }
}
