import Foundation
import TestSupport
import Testing

/// SIGTERM at any moment of a start.
@Suite(.blocking, .timeLimit(.minutes(5))) struct StopTests {
  /// A signal between the start of the process and its handler was lost once, and systemd killed the guard ten seconds
  /// later.
  @Test func aGuardThatIsStoppedWhileItStartsEnds() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      control: { socket: \(folder.path)/guard.sock }
      clusters: [{ name: tethys, tunnel: { host: 127.0.0.1, port: \(try freePort()), forwards: [{ listen: "127.0.0.1:\(try freePort())", target: "127.0.0.1:6443" }] }, kubernetes: { kubeconfig: /nonexistent, context: default } }]
      """, to: "guard.yaml")
    for step in 0..<60 {
      let program = try ChildProcess(
        Installation.guardProgram, ["--config", folder.file("guard.yaml")],
        environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path])
      usleep(UInt32(step * 3_000))
      program.terminate()
      let end = program.wait(within: .seconds(8))
      // Before the program blocks the signal, the default action ends it.
      #expect(
        end == .exited(0) || end == .signaled(SIGTERM),
        "after \(step * 3) ms: \(end.map { "\($0)" } ?? "runs")")
      if end == nil { program.kill() }
    }
  }
}
