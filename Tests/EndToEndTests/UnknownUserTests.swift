import Foundation
import TestSupport
import Testing

/// A user id that no user database has, as in a container.
@Suite(
  .enabled(if: OtherUser.isPossible, Comment(rawValue: OtherUser.reason)), .serialized, .blocking,
  .timeLimit(.minutes(5)))
struct UnknownUserTests {
  private static let uid = 4999
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for program in [Installation.guardProgram, Installation.client] { try folder.copyProgram(program) }
    try FileManager.default.setAttributes([.ownerAccountID: Self.uid], ofItemAtPath: folder.path)
  }

  private func run(_ program: String, _ arguments: String...) throws -> (
    exit: ChildProcess.Exit, output: String, errors: String
  ) {
    let result = try TestSupport.run(
      "setpriv",
      ["--reuid=\(Self.uid)", "--regid=\(Self.uid)", "--clear-groups", folder.file(program)] + arguments,
      environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
    return (result.exit, result.output, result.errors)
  }

  @Test func setupNamesTheUserThatItDoesNotKnow() throws {
    let setup = try run("oceanid-ctl", "setup", "tethys", "--dry-run")
    #expect(setup.exit == .exited(69))
    #expect(
      setup.errors.contains("uid 4999 has no entry with a home in the user database"), "\(setup.errors)")
    #expect(!setup.errors.contains("Usage:"))
  }

  @Test func whatNeedsAUserSaysSoAndTheRestWorks() throws {
    let doctor = try run("oceanid-guard", "--doctor")
    let findings = doctor.output.split(separator: "\n")
    let ssh = try #require(findings.first { $0.contains(#""step":"ssh_config""#) })
    #expect(ssh.contains("No user exists for uid 4999"))
    #expect(ssh.contains("getent passwd 4999") && !ssh.contains("correct ssh_config"), "\(ssh)")
    let kubeconfig = try #require(findings.first { $0.contains(#""step":"kubeconfig""#) })
    #expect(
      kubeconfig.contains("HOME is not set, and uid 4999 has no entry in the user database"), "\(kubeconfig)")
    #expect(try run("oceanid-guard", "--check-config").exit == .exited(0))
    #expect(try run("oceanid-ctl", "version", "--client").exit == .exited(0))
    #expect(try run("oceanid-ctl", "explain", "auth_refused").exit == .exited(0))
  }
}
