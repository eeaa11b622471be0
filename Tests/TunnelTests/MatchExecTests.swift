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
    _ command: String, more: String = "", within limit: Duration = .seconds(20),
    service: LocalEnvironment.Service? = nil, isCancelled: @escaping () -> Bool = { false }
  ) throws(TunnelFailure) -> Resolution {
    let text =
      "Match exec \"\(command)\"\n  HostName 192.0.2.1\nHost tethys\n  HostName 192.0.2.2\n\(more)"
    guard let path = try? folder.write(text, to: "config") else {
      throw TunnelFailure(.config, "no file", remedy: "")
    }
    let configuration = TunnelConfiguration(host: "tethys", sshConfig: path, forwards: [])
    return try Resolution.ask(
      configuration,
      environment: LocalEnvironment(home: "/h", localUser: "ann", agentSocket: nil, service: service),
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

  /// Each attempt would otherwise leave one more.
  @Test func aCommandInASessionOfItsOwnIsKilledToo() throws {
    let path = folder.file("pid")
    for command in [
      "setsid sh -c 'echo $$ >\(path); exec sleep 3123'; true",
      "setsid sh -c 'sleep 3123 & echo $! >\(path); wait'; true",
    ] {
      unlink(path)
      let failure = try #require(throws: TunnelFailure.self) { try resolve(command, within: .seconds(5)) }
      #expect(failure.code == .config)
      let pid = try child()
      #expect(eventually { !runs(pid) })
    }
  }

  /// A daemon that the command starts keeps ssh's standard error open.
  @Test func aCommandThatLeavesADaemonDelaysNothing() throws {
    let path = folder.file("pid")
    let resolution = try resolve("setsid sh -c 'echo $$ >\(path); exec sleep 3123' & sleep 0.2")
    #expect(resolution.hostName == "192.0.2.1")
    kill(try child(), SIGKILL)
  }

  // MARK: - Commands that write

  @Test(arguments: [
    "echo words; echo words >&2", "printf words >&2", "printf 'debug1: Reading configuration data /x' >&2",
    "printf 'Shell is not executable' >&2", "echo 'Shell /bin/sh is not executable: x' >&2",
    "echo hostname 192.0.2.9; echo hostname 192.0.2.9 >&2",
  ])
  func whatACommandWritesDoesNotMatter(_ command: String) throws {
    for (end, host) in [("", "192.0.2.1"), ("; exit 1", "192.0.2.2")] {
      let resolution = try resolve(command + end)
      #expect(resolution.hostName == host)
      #expect(resolution.notes == [])
      #expect(!resolution.configFiles.contains("/x"))
    }
    // The status is found, although the text has no line break.
    let missing = try resolve(command + "; exit 127")
    #expect(missing.notes.count == 1)
  }

  @Test func whatACommandWritesIsNoErrorOfSSH() throws {
    let failure = try #require(throws: TunnelFailure.self) {
      try resolve("echo hunter2 is wrong >&2", more: "  NoSuchOption yes\n")
    }
    #expect(failure.code == .config)
    #expect(failure.message.contains("Bad configuration option: nosuchoption"), "\(failure)")
    #expect(failure.message.contains("the command 'echo …' of a Match exec wrote to standard error"))
    #expect(!failure.description.contains("hunter2"), "\(failure)")
    let silent = try #require(throws: TunnelFailure.self) {
      try resolve("true", more: "  NoSuchOption yes\n")
    }
    #expect(!silent.message.contains("wrote to standard error"), "\(silent)")
  }

  /// The messages of ssh would no longer fit beside it.
  @Test func longOutputOfACommandHidesNothing() throws {
    let resolution = try resolve("head -c 3000000 /dev/zero | tr '\\\\0' x >&2; exit 127")
    #expect(resolution.notes.count == 1)
    #expect(resolution.configFiles.contains(folder.file("config")))
  }

  @Test func argumentsAreNotShown() throws {
    for command in ["sh -c 'sleep 3123' hunter2", "exec sh -c 'kill -9 $$' hunter2"] {
      let failure = try #require(throws: TunnelFailure.self) { try resolve(command, within: .seconds(1)) }
      #expect(failure.code == .config)
      #expect(!failure.description.contains("hunter2"), "\(failure)")
    }
  }

  /// As to ssh(1), it is false. Only where a sandbox may be the cause, ssh in a shell may find another result.
  @Test func aCommandThatCannotBeExecutedIsFalseAndReported() throws {
    let script = try folder.write("#!/bin/sh\n", to: "script")
    chmod(script, 0o600)
    let resolution = try resolve(script)
    #expect(resolution.hostName == "192.0.2.2")
    #expect(
      resolution.notes == [
        "the command of Match exec '\(script)' cannot be executed (status 126), so that Match does not apply"
      ])
    let failure = try #require(throws: TunnelFailure.self) {
      try resolve(script, service: .system(unit: "oceanid-guard"))
    }
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

  /// A variable that only the user's shell has.
  @Test(arguments: [
    (LocalEnvironment.Service.user(unit: "oceanid-guard"), "systemctl --user import-environment KEYS && "),
    (.system(unit: "oceanid-guard"), "Environment=KEYS=…"), (nil, "start the guard with KEYS"),
  ])
  func missingVariableOfAKeyFileIsAStep(_ service: LocalEnvironment.Service?, _ step: String) throws {
    let failure = try #require(throws: TunnelFailure.self) {
      try resolve("true", more: "IdentityFile ${KEYS}/id", service: service)
    }
    #expect(failure.message.hasSuffix("the environment has no variable KEYS"))
    #expect(failure.remedy.contains(step))
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

  /// With CanonicalizeFallbackLocal no, ssh ends. The name may resolve later, so the guard tries again soon.
  @Test func aNameThatSSHCannotResolveIsNoMistakeInItsConfiguration() throws {
    let answer = ConfigurationAnswer(output: "", errors: #"ssh: Could not resolve host "db.corp""#)
    let failure = try #require(
      TunnelFailure(
        answer, .exited(255), TunnelConfiguration(host: "db", forwards: []), .seconds(1), byHand: "ssh -G db",
        files: []))
    #expect(failure.code == .dns && failure.command == "getent ahosts db.corp")
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
