internal import Glibc

/// A real ssh-agent for one test.
package final class SSHAgent: Sendable {
  package let socket: String
  private let folder: TemporaryFolder
  private let process: ChildProcess

  /// - Parameter keys: private key files to add, in this order.
  package init(_ keys: [String] = []) throws {
    folder = try TemporaryFolder()
    let socket = folder.file("agent")
    self.socket = socket
    process = try ChildProcess("ssh-agent", ["-D", "-a", socket])
    // The socket file exists before the agent listens. ssh-add(1) exits with 2 if it cannot connect.
    func listens() -> Bool {
      let listed = try? run("env", ["SSH_AUTH_SOCK=\(socket)", "ssh-add", "-l"])
      return listed?.exit == .exited(0) || listed?.exit == .exited(1)
    }
    guard eventually(listens) else {
      throw FixtureError.failed("no ssh-agent: \(process.errors)")
    }
    if !keys.isEmpty { try add(keys) }
  }

  package func add(_ keys: [String]) throws { try change(["-q"] + keys) }

  /// Adds a private key that has a passphrase.
  package func add(_ key: String, passphrase: String) throws {
    let asker = try folder.writeProgram("#!/bin/sh\necho '\(passphrase)'\n", to: "asker")
    try change(["-q", key], ["SSH_ASKPASS=\(asker)", "SSH_ASKPASS_REQUIRE=force"])
  }

  /// Locks the agent, so that it refuses to use its keys.
  package func lock() throws {
    let asker = try folder.writeProgram("#!/bin/sh\necho words\n", to: "asker")
    try change(["-x"], ["SSH_ASKPASS=\(asker)", "SSH_ASKPASS_REQUIRE=force"])
  }

  private func change(_ arguments: [String], _ variables: [String] = []) throws {
    let done = try run("env", ["SSH_AUTH_SOCK=\(socket)"] + variables + ["ssh-add"] + arguments)
    guard done.exit == .exited(0) else { throw FixtureError.failed("ssh-add: \(done.errors)") }
  }

  deinit { process.kill() }
}
