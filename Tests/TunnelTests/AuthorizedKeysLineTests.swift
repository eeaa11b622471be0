import Foundation
import GuardTypes
import TestSupport
import Testing

@testable import Tunnel

/// The line for the server's authorized_keys that the documentation recommends, tested with a real sshd.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .blocking,
  .timeLimit(.minutes(5)))
struct AuthorizedKeysLineTests {
  private static let places = [
    "README.md", "Sources/GuardClient/Manual/oceanid-guard.8", "config/guard.yaml",
    "systemd/oceanid-guard.service",
  ]

  /// All such lines in a document, cut before the key type.
  private static func options(in place: String) throws -> [String] {
    let tree = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    return try String(contentsOf: tree.appending(path: place), encoding: .utf8)
      .matches(of: /(restrict,\S*) ssh-ed25519/).map { String($0.output.1) }
  }

  /// A server that offers SFTP, like Debian's, and accepts the user's key with `options`.
  private func server(_ options: String, target: Int) throws -> SSHServer {
    let server = try SSHServer(options: ["Subsystem sftp internal-sftp"])
    let key = try server.folder.read("user_key.pub")
    let restriction = options.replacing("localhost:6443", with: "127.0.0.1:\(target)")
    try server.folder.write("\(restriction) \(key)", to: "authorized_keys")
    // sshd runs as another user if the tests run as root.
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: server.folder.file("authorized_keys"))
    return server
  }

  private func ssh(_ server: SSHServer, _ arguments: [String]) throws -> (
    exit: ChildProcess.Exit, output: String, errors: String
  ) {
    try run("ssh", ["-F", server.sshConfig, "-o", "BatchMode=yes"] + arguments)
  }

  @Test func allDocumentsContainTheSameLine() throws {
    let lines = try Self.places.flatMap(Self.options)
    #expect(lines.count >= Self.places.count)
    #expect(Set(lines).count == 1, "\(lines)")
  }

  @Test func theLineOnlyForwardsToItsTarget() throws {
    let echo = try TCPServer(.echo)
    let other = try TCPServer(.echo)
    let server = try server(#require(Self.options(in: "README.md").first), target: echo.port)
    let fixture = try Fixture(server, target: echo.port)
    try #require(fixture.waitUntil(.up))
    let client = try fixture.connect()
    try client.send(Array("hello".utf8))
    client.finishSending()
    #expect(try client.receiveAll() == Array("hello".utf8))
    let elsewhere = try ssh(server, ["-W", "127.0.0.1:\(other.port)", "tethys"])
    #expect(elsewhere.errors.contains("administratively prohibited"), "\(elsewhere.errors)")
  }

  @Test func theLinePermitsNoCommandAndNoFileAccess() throws {
    let line = try #require(try Self.options(in: "README.md").first)
    let server = try server(line, target: 1)
    let command = try ssh(server, ["tethys", "echo", "it-ran"])
    #expect(command.exit != .exited(0) && !command.output.contains("it-ran"))
    let files = try ssh(server, ["-s", "tethys", "sftp"])
    #expect(files.exit != .exited(0), "\(files)")
    // Counterproof: without the forced command, the same key can read files.
    let open = try self.server(line.replacing(/,command="[^"]*"/, with: ""), target: 1)
    #expect(try ssh(open, ["-s", "tethys", "sftp"]).exit == .exited(0))
  }
}
