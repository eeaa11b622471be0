import Foundation
import Testing

private let analyze = Program.find("systemd-analyze")
private let units = [
  "oceanid-guard.service", "oceanid-guard.socket", "oceanid-forward.socket", "oceanid-online.target",
  "oceanid-wait-online.service", "oceanid-failed@.service",
]
private let examples = [
  "credentials", "addresses", "notify-reload", "proxy-command", "metrics", "alerts-programs",
]

@Suite struct UnitFileTests {
  /// Copies of the units in `folder` that start a program which exists here.
  private func copies(of folder: String, in target: String) throws -> [String] {
    try (units + (folder.hasSuffix("user") ? ["oceanid-notify.service"] : [])).map { unit in
      let text = try String(contentsOfFile: "\(sourceTree)/\(folder)/\(unit)", encoding: .utf8)
        .replacing(/(\/usr|%h\/\.local)\/bin\/oceanid-[a-z]+/, with: "/bin/true")
      try text.write(toFile: "\(target)/\(unit)", atomically: false, encoding: .utf8)
      return "\(target)/\(unit)"
    }
  }

  @Test(
    .enabled(if: analyze != nil, "systemd-analyze is not installed"), arguments: ["systemd", "systemd/user"])
  func systemdFindsNothingToSay(folder: String) throws {
    let scratch = try TemporaryFolder()
    let mode = folder.hasSuffix("user") ? ["--user"] : []
    let program = try Program(
      #require(analyze), ["verify"] + mode + copies(of: folder, in: scratch.path),
      environment: ["XDG_RUNTIME_DIR": scratch.path, "HOME": scratch.path])
    #expect(program.status == 0)
    // Words about other units of this machine are none of ours.
    #expect(!program.output.contains("oceanid"), "\(program.output)")
  }

  @Test(.enabled(if: analyze != nil, "systemd-analyze is not installed"), arguments: examples)
  func systemdTakesEveryExample(example: String) throws {
    let scratch = try TemporaryFolder()
    let paths = try copies(of: "systemd", in: scratch.path)
    let folder = scratch.path + "/oceanid-guard.service.d"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: "\(sourceTree)/systemd/examples/\(example).conf", toPath: "\(folder)/\(example).conf")
    let program = try Program(#require(analyze), ["verify"] + paths)
    #expect(program.status == 0)
    let complaints = program.output.split(separator: "\n").filter { $0.contains("oceanid") }
    // Before systemd 253 the type is unknown, which is why it is an example.
    #expect(complaints.allSatisfy { $0.contains("Failed to parse service type, ignoring: notify-reload") })
  }

  @Test(
    .enabled(if: analyze != nil, "systemd-analyze is not installed"),
    arguments: [("oceanid-guard", 14), ("oceanid-wait-online", 14), ("oceanid-failed@", 26)])
  func theSandboxScoresWell(unit: String, threshold: Int) throws {
    // The threshold is ten times the score: 14 is 1.4 of 10.
    let program = try Program(
      #require(analyze),
      [
        "security", "--offline=true", "--threshold=\(threshold)",
        "\(sourceTree)/systemd/\(unit).service",
      ])
    #expect(program.status == 0, "\(program.output)")
  }

  @Test func theUnitThatTellsOfAFailureUsesTheCatalogsID() throws {
    let catalog = try String(contentsOfFile: "\(sourceTree)/systemd/oceanid.catalog", encoding: .utf8)
    let id = try #require(catalog.firstMatch(of: /# service_failed\n-- ([0-9a-f]{32})\n/)).output.1
    for folder in ["systemd", "systemd/user"] {
      let unit = try String(
        contentsOfFile: "\(sourceTree)/\(folder)/oceanid-failed@.service", encoding: .utf8)
      #expect(unit.contains("MESSAGE_ID=\(id) "))
    }
  }

  @Test func everyExampleIsInstalledAndListed() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(sourceTree)/systemd/examples")
    #expect(names.sorted() == (examples.map { "\($0).conf" } + ["README"]).sorted())
    let list = try String(contentsOfFile: "\(sourceTree)/systemd/examples/README", encoding: .utf8)
    let install = try String(contentsOfFile: "\(sourceTree)/systemd/install", encoding: .utf8)
    for example in examples {
      #expect(list.contains("\n\(example).conf "))
      #expect(install.contains(" \(example).conf"))
    }
  }

  @Test func theForwardUnitListensWhereTheExampleConfigurationSays() throws {
    let configuration = try String(contentsOfFile: "\(sourceTree)/config/guard.yaml", encoding: .utf8)
    let listen = try #require(configuration.firstMatch(of: /listen: "([0-9.:]+)"/)).output.1
    for folder in ["systemd", "systemd/user"] {
      let unit = try String(contentsOfFile: "\(sourceTree)/\(folder)/oceanid-forward.socket", encoding: .utf8)
      #expect(unit.contains("\nListenStream=\(listen)\n"))
      #expect(unit.contains("\nFileDescriptorName=forward\n"))
    }
  }
}
