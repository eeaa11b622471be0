import Foundation
import TestSupport
import Testing

/// RLIMIT_NPROC stands for TasksMax= as well: pthread_create(3) fails in the same way.
@Suite(
  .enabled(
    if: OtherUser.isPossible, "RLIMIT_NPROC does not apply to root, and only root can become another user"),
  .serialized, .blocking, .timeLimit(.minutes(5)))
struct ThreadLimitTests {
  private static let user = 4713
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.copyProgram(Installation.guardProgram)
    try folder.write(
      """
      control: { socket: \(folder.path)/guard.sock }
      clusters: [{ name: tethys, tunnel: { host: 127.0.0.1, port: \(try freePort()), forwards: [{ listen: "127.0.0.1:\(try freePort())", target: "127.0.0.1:6443" }] }, kubernetes: { kubeconfig: /nonexistent, context: default } }]
      """, to: "guard.yaml")
    for path in [folder.path, folder.file("guard.yaml")] {
      try FileManager.default.setAttributes([.ownerAccountID: Self.user], ofItemAtPath: path)
    }
  }

  private func start(limit: Int) throws -> ChildProcess {
    try ChildProcess(
      "prlimit",
      [
        "--nproc=\(limit)", "setpriv", "--reuid=\(Self.user)", "--regid=\(Self.user)", "--clear-groups",
        folder.file("oceanid-guard"), "--config", folder.file("guard.yaml"),
      ],
      environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": folder.path, "NO_COLOR": "1"])
  }

  @Test(arguments: [1, 2, 3, 6]) func aGuardWithoutThreadsSaysSoAndFails(limit: Int) throws {
    let program = try start(limit: limit)
    defer { program.kill() }
    #expect(program.wait(within: .seconds(20)) == .exited(69), "\(program.errors)")
    #expect(program.errors.contains("Resource temporarily unavailable"), "\(program.errors)")
    #expect(program.errors.contains("TasksMax="), "\(program.errors)")
  }

  @Test func aGuardThatCanStartNoMoreThreadsStopsSoon() throws {
    let program = try start(limit: 500)
    defer { program.kill() }
    #expect(eventually { FileManager.default.fileExists(atPath: folder.file("guard.sock")) })
    // In a container, root may not lower the limits of others.
    let lowered = try run(
      "setpriv",
      [
        "--reuid=\(Self.user)", "--regid=\(Self.user)", "--clear-groups", "prlimit", "--pid=\(program.pid)",
        "--nproc=1",
      ])
    #expect(lowered.exit == .exited(0), "\(lowered.errors)")
    // Idle threads of Dispatch end after some seconds. With the rest, the guard may go on.
    _ = eventually(within: .seconds(60), every: .milliseconds(500)) {
      (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.pid)/task").count).map { $0 < 7 }
        ?? true
    }
    program.signal(SIGHUP)
    program.terminate()
    let end = program.wait(within: .seconds(8))
    #expect(end == .exited(0) || end == .exited(69), "\(program.errors)")
    #expect(end == .exited(0) || program.errors.contains("TasksMax="), "\(program.errors)")
  }

  @Test(arguments: [SIGUSR1, SIGUSR2, SIGPIPE]) func aSignalThatMeansNothingEndsNoGuard(signal: Int32) throws
  {
    let program = try start(limit: 500)
    defer { program.kill() }
    #expect(eventually { FileManager.default.fileExists(atPath: folder.file("guard.sock")) })
    program.signal(signal)
    program.signal(SIGHUP)
    #expect(eventually { program.errors.contains("configuration reloaded") }, "\(program.errors)")
    program.terminate()
    #expect(program.wait(within: .seconds(10)) == .exited(0), "\(program.errors)")
  }
}
