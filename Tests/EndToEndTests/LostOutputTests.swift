import Foundation
import TestSupport
import Testing

/// Output that is lost is an error, and arguments are bytes.
@Suite(.blocking, .timeLimit(.minutes(5)))
struct LostOutputTests {
  private func bash(_ line: String, _ words: [String] = []) throws -> (Int32?, String) {
    let result = try run("bash", ["-c", line, "bash"] + words)
    guard case .exited(let status) = result.exit else { return (nil, result.errors) }
    return (status, result.output + result.errors)
  }

  @Test(arguments: [
    ["--version"], ["--help"], ["--print-config"], ["--print-config", "--json"], ["--doctor"],
  ])
  func guardReportsLostOutput(_ arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("clusters:\n  - name: a\n    tunnel: { host: 192.0.2.1 }\n", to: "guard.yaml")
    let isDoctor = arguments == ["--doctor"]
    // The configuration of the doctor has an error, so that it connects to nothing.
    let path = isDoctor ? folder.file("none") : file
    let (status, errors) = try bash(
      "\"$@\" >/dev/full", [Installation.guardProgram] + arguments + ["--config", path])
    #expect(status == 74, "\(errors)")
    #expect(errors.contains("standard output can't be written"), "\(errors)")
  }

  @Test(arguments: ["--version", "--help", "status --help", "version --help"])
  func clientReportsLostOutput(_ arguments: String) throws {
    let words = [Installation.client] + arguments.split(separator: " ").map(String.init)
    let (status, errors) = try bash("\"$@\" >/dev/full", words)
    #expect(status == 74 && errors.contains("standard output can't be written"), "\(errors)")
    #expect(try bash("set -o pipefail; \"$@\" | :", words).0 == 0)
  }

  /// The document of an error would be lost with the rest of the output.
  @Test func errorIsOnStandardErrorIfItsDocumentIsLost() throws {
    let (status, errors) = try bash(
      "\"$1\" status --json --socket /nonexistent >/dev/full", [Installation.client])
    #expect(status == 69 && errors.contains("oceanid-ctl: "), "\(errors)")
  }

  @Test func argumentThatIsNotUTF8IsRefused() throws {
    let (status, errors) = try bash("\"$1\" status --socket $'/\\xff'", [Installation.client])
    #expect(status == 64 && errors.contains("is not UTF-8"), "\(errors)")
    let check = try bash("\"$1\" check --socket $'/\\xff'", [Installation.client])
    #expect(check.0 == 3, "\(check)")
  }

  @Test(.enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)))
  func commandGetsItsArgumentsAsBytes() throws {
    let installation = try Installation()
    defer { withExtendedLifetime(installation) {} }
    let (status, output) = try bash(
      "set -o pipefail; \"$1\" run --socket \"$2\" -- printf %s $'a\\xffb\\xc3\\xa9' | od -An -tx1",
      [Installation.client, installation.socket])
    #expect(status == 0 && output.contains("61 ff 62 c3 a9"), "\(output)")
  }
}
