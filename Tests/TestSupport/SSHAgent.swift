internal import Glibc

/// A real ssh-agent for one test.
package final class SSHAgent: Sendable {
  package let socket: String
  private let folder: TemporaryFolder
  private let process: ChildProcess

  /// - Parameters:
  ///   - keys: private key files to add, in this order.
  ///   - approver: the text of the program that the agent runs for each use of a key added with `addWithApproval`.
  package init(_ keys: [String] = [], approvingWith approver: String? = nil) throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    let socket = folder.file("agent")
    self.socket = socket
    let asker = try approver.map { try folder.writeProgram($0, to: "approver") }
    let variables = asker.map { ["SSH_ASKPASS=\($0)", "SSH_ASKPASS_REQUIRE=force", "DISPLAY=:0"] } ?? []
    process = try ChildProcess("env", variables + ["ssh-agent", "-D", "-a", socket])
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

  /// Adds a private key for logins at one host (ssh-add(1), `-h`).
  ///
  /// - Parameter hostKeys: a known_hosts file that has the host.
  package func add(_ key: String, limitedTo destination: String, hostKeys: String) throws {
    try change(["-q", "-H", hostKeys, "-h", destination, key])
  }

  /// Adds a private key whose use a person must approve each time.
  package func addWithApproval(_ key: String) throws { try change(["-q", "-c", key]) }

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
