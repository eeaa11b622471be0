import Glibc
import GuardTypes
import Platform
import TestSupport
import Testing

@testable import Tunnel

/// `Match exec` in ssh_config: the shell of its command, the time limit, and the messages about commands that fail.
@Suite(.enabled(if: program("ssh") != nil, "no ssh here: apt-get install openssh-client"), .blocking)
struct MatchExecTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func resolve(
    _ command: String, within limit: Duration = .seconds(20), isCancelled: @escaping () -> Bool = { false }
  ) throws(TunnelFailure) -> Resolution {
    let text = "Match exec \"\(command)\"\n  HostName 192.0.2.1\nHost tethys\n  HostName 192.0.2.2\n"
    guard let path = try? folder.write(text, to: "config") else {
      throw TunnelFailure(.config, "no file", remedy: "")
    }
    let configuration = TunnelConfiguration(host: "tethys", sshConfig: path, forwards: [])
    return try Resolution.ask(
      configuration, environment: LocalEnvironment(home: "/h", localUser: "ann", agentSocket: nil),
      within: limit, isCancelled: isCancelled
    )[0]
  }

  /// `runuser` for a system user, for example, sets $SHELL to nologin.
  @Test func theShellDoesNotDependOnTheEnvironment() throws {
    #expect(try resolve("test $SHELL = /bin/sh").hostName == "192.0.2.1")
    #expect(try resolve("exit 1").hostName == "192.0.2.2")
  }

  /// A zombie does not count as running.
  private func runs(_ pid: Int32) -> Bool {
    guard let stat = try? SmallFile.read("/proc/\(pid)/stat", limit: 4096) else { return false }
    let fields = String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ")
    return fields?.first != "Z"
  }

  private func child() throws -> Int32 {
    try #require(eventually { ((try? folder.read("pid")) ?? "").hasSuffix("\n") })
    return try #require(Int32(try folder.read("pid").dropLast()))
  }

  @Test func aCommandThatDoesNotEndIsKilledWithItsChildren() throws {
    let command = "sleep 3123 & echo $! >\(folder.file("pid")); wait"
    let failure = try #require(throws: TunnelFailure.self) {
      try resolve(command, within: .seconds(1))
    }
    #expect(failure.code == .config)
    #expect(failure.message.contains("did not end within 1.0 seconds"))
    #expect(failure.message.contains("the command 'sleep …' of a Match exec"))
    #expect(failure.remedy.contains(folder.file("config")))
    let pid = try child()
    #expect(eventually { !runs(pid) })
  }

  @Test func aCancelledSearchLeavesNoProcess() throws {
    let path = folder.file("pid")
    let failure = try #require(throws: TunnelFailure.self) {
      try resolve("sleep 3123 & echo $! >\(path); wait") { access(path, F_OK) == 0 }
    }
    #expect(failure.code == .config)
    let pid = try child()
    #expect(eventually { !runs(pid) })
  }

  @Test func argumentsAreNotShown() throws {
    for command in ["sh -c 'sleep 3123' hunter2", "exec sh -c 'kill -9 $$' hunter2"] {
      let failure = try #require(throws: TunnelFailure.self) { try resolve(command, within: .seconds(1)) }
      #expect(failure.code == .config)
      #expect(!failure.description.contains("hunter2"), "\(failure)")
    }
  }

  @Test func aCommandThatCannotBeExecutedIsAnErrorAndNotFalse() throws {
    let script = try folder.write("#!/bin/sh\n", to: "script")
    chmod(script, 0o600)
    let failure = try #require(throws: TunnelFailure.self) { try resolve(script) }
    #expect(failure.code == .config)
    #expect(failure.message.contains("status 126"))
    #expect(failure.remedy.contains("ExecPaths=/bin/sh"))
  }

  @Test func aMissingCommandIsFalseAndReported() throws {
    let resolution = try resolve("no-such-command-here")
    #expect(resolution.hostName == "192.0.2.2")
    #expect(resolution.notes.count == 1)
    #expect(resolution.notes.first?.contains("no-such-command-here") == true)
  }

  /// The message of ssh if the unit's NoExecPaths prevents it from running the shell.
  @Test func theRemedyForAForbiddenShellIsALineForTheUnit() throws {
    let answer = ConfigurationAnswer(
      output: "",
      errors: """
        OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19 27 Jan 2026
        debug1: Reading configuration data /etc/ssh/ssh_config
        Shell "/bin/sh" is not executable: Permission denied
        """)
    let failure = try #require(
      TunnelFailure(
        answer, .exited(255), TunnelConfiguration(host: "tethys", forwards: []), .seconds(1),
        byHand: "ssh -G tethys", files: answer.files))
    #expect(failure.code == .config)
    #expect(failure.message.contains("Shell \"/bin/sh\" is not executable: Permission denied"))
    #expect(failure.remedy.contains("systemctl edit oceanid-guard"))
    #expect(failure.remedy.contains("ExecPaths=/bin/sh"))
    #expect(failure.files == ["/etc/ssh/ssh_config"])
  }

  @Test func includedFilesAreWatched() throws {
    let included = try folder.write("Host tethys\n  Bogus yes\n", to: "included")
    let path = try folder.write("Include \(included)\n", to: "outer")
    let failure = try #require(throws: TunnelFailure.self) {
      try Resolution.ask(
        TunnelConfiguration(host: "tethys", sshConfig: path, forwards: []),
        environment: LocalEnvironment(home: "/h", localUser: "ann", agentSocket: nil))
    }
    #expect(failure.files.contains(included))
    #expect(failure.message.contains("Bad configuration option: bogus"))
    #expect(!failure.message.contains("debug"))
  }
}
