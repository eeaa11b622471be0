import Foundation
import GuardClientDoctor
import TestSupport
import Testing

@testable import GuardSetup

/// The line in authorized_keys, with the real shell that runs on the server.
@Suite(.blocking) struct AuthorizedKeyTests {
  private let folder: TemporaryFolder
  private let system: LocalSystem
  private static let key = AuthorizedKey(host: "tethys", sshConfig: nil, caller: 0)
  private static let line = key.line("ssh-ed25519 AAAA$HOME`id`'\"\\ guard")

  init() throws {
    folder = try TemporaryFolder()
    system = try #require(LocalSystem(guardProgram: GuardProgram(named: "oceanid-guard")))
  }

  /// Runs the command like sshd: the login shell gets one string, and its directory is the home.
  private func run(
    _ action: AuthorizedKey.Action, shell: String = "/bin/sh", line: String = line
  ) throws -> AuthorizedKey.Answer {
    let key = AuthorizedKey(host: "tethys", sshConfig: nil, caller: 0)
    let call = key.call(action, line: line)
    var local = CommandInvocation(
      "env", ["-C", folder.path, shell, "-c", try #require(call.arguments.last)])
    local.input = call.input
    return AuthorizedKey.answer(system.run(local))
  }

  private func contents() throws -> String {
    try String(contentsOfFile: folder.file(".ssh/authorized_keys"), encoding: .utf8)
  }

  private func write(_ text: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder.file(".ssh"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try text.write(toFile: folder.file(".ssh/authorized_keys"), atomically: false, encoding: .utf8)
  }

  @Test(arguments: ["/bin/sh", "/bin/bash", "/usr/bin/fish", "/usr/bin/tcsh", "/usr/bin/zsh"])
  func lineIsAddedOnceAndRemovedAlone(_ shell: String) throws {
    guard FileManager.default.isExecutableFile(atPath: shell) else { return }
    let before = "ssh-ed25519 AAAA owner\n\(Self.line)2\n"
    try write(before)
    #expect(try run(.check, shell: shell) == .absent)
    #expect(try contents() == before)
    #expect(try run(.add, shell: shell) == .present)
    #expect(try run(.add, shell: shell) == .present)
    #expect(try contents() == before + Self.line + "\n")
    #expect(try run(.remove, shell: shell) == .absent)
    #expect(try contents() == before)
  }

  @Test func missingFolderIsCreatedForTheOwnerOnly() throws {
    #expect(try run(.check) == .absent)
    #expect(try run(.add) == .present)
    #expect(try contents() == Self.line + "\n")
    let mode = try FileManager.default.attributesOfItem(atPath: folder.file(".ssh"))[.posixPermissions]
    #expect(mode as? Int == 0o700)
    #expect(try run(.remove) == .absent)
    #expect(try contents() == "")
  }

  @Test func lastLineWithoutLineFeedStaysSeparate() throws {
    try write("ssh-ed25519 AAAA owner")
    #expect(try run(.add) == .present)
    #expect(try contents() == "ssh-ed25519 AAAA owner\n\(Self.line)\n")
  }

  @Test func loginThatRunsNoCommandsIsDetected() throws {
    #expect(
      AuthorizedKey.answer(CommandResult(status: 0, output: Array("Welcome\n".utf8)))
        == .unable("it runs no commands"))
    #expect(
      AuthorizedKey.answer(CommandResult(status: 255, errors: "a\nPermission denied (publickey).\n"))
        == .unable("Permission denied (publickey)."))
  }

  @Test func hostIsNotAnOptionAndSSHAsksNothing() {
    let key = AuthorizedKey(host: "tethys", sshConfig: "/tmp/config", caller: 0)
    let words = key.call(.add, line: Self.line).arguments
    #expect(words.prefix(2) == ["-F", "/tmp/config"])
    #expect(words.contains("BatchMode=yes"))
    #expect(words.firstIndex(of: "--").map { words[$0 + 1] } == "tethys")
    #expect(words.allSatisfy { !$0.contains("AAAA") })
  }

  @Test func lineEqualsTheOneInTheManual() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    #expect(readme.contains(Self.key.line("ssh-ed25519 …")))
  }
}
