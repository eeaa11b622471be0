import Foundation
import Testing

private let analyze = Program.find("systemd-analyze")
private let units = ["oceanid-guard.service", "oceanid-guard.socket", "oceanid-forward.socket"]

@Suite struct UnitFileTests {
  /// Copies of the units in `folder` that start a program which exists here.
  private func copies(of folder: String, in target: String) throws -> [String] {
    try units.map { unit in
      let text = try String(contentsOfFile: "\(sourceTree)/\(folder)/\(unit)", encoding: .utf8)
        .replacingOccurrences(of: "/usr/bin/oceanid-guard", with: "/bin/true")
        .replacingOccurrences(of: "%h/.local/bin/oceanid-guard", with: "/bin/true")
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

  @Test(.enabled(if: analyze != nil, "systemd-analyze is not installed"))
  func theSandboxScoresWell() throws {
    // The threshold is ten times the score: 1.5 of 10.
    let program = try Program(
      #require(analyze),
      ["security", "--offline=true", "--threshold=15", "\(sourceTree)/systemd/oceanid-guard.service"])
    #expect(program.status == 0, "\(program.output)")
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
