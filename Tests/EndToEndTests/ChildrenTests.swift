import Foundation
import TestSupport
import Testing

/// Programs that the guard started end with it.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct ChildrenTests {
  enum Starter: Sendable {
    case execPlugin, proxyCommand, matchExec

    /// Makes the guard start `script`.
    func prepare(_ folder: TemporaryFolder, _ server: SSHServer, script: String) throws {
      switch self {
      case .execPlugin:
        try folder.write(
          """
          clusters: [{name: c, cluster: {server: 'https://127.0.0.1:6443', insecure-skip-tls-verify: true}}]
          users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: /bin/sh, args: ['\(script)']}}}]
          contexts: [{name: default, context: {cluster: c, user: u}}]
          current-context: default
          """, to: "kubeconfig")
      case .proxyCommand:
        let rest = try server.folder.read("ssh_config")
        try server.folder.write(
          "Host tethys\n  ProxyCommand /bin/sh \(script)\n" + rest, to: "ssh_config")
      case .matchExec:
        let rest = try server.folder.read("ssh_config")
        try server.folder.write("Match exec \"/bin/sh \(script)\"\n" + rest, to: "ssh_config")
      }
    }
  }

  private func pid(_ folder: TemporaryFolder, _ name: String) -> Int32? {
    (try? folder.read(name)).flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  private func isRunning(_ pid: Int32) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return stat.split(separator: ")").last?.hasPrefix(" Z") == false
  }

  /// ssh runs the command of a `Match exec`. The kernel does not kill such a grandchild with the guard; systemd ends it
  /// with the service's control group.
  @Test(arguments: [
    (Starter.execPlugin, SIGTERM), (.execPlugin, SIGKILL), (.proxyCommand, SIGTERM), (.proxyCommand, SIGKILL),
    (.matchExec, SIGTERM),
  ])
  func programEndsWithTheGuard(_ starter: Starter, _ signal: Int32) throws {
    let installation = try Installation { server, folder in
      try folder.write(
        "echo $$ > \(folder.path)/child.new\nmv \(folder.path)/child.new \(folder.path)/child\nexec sleep 600\n",
        to: "script")
      try starter.prepare(folder, server, script: folder.file("script"))
    }
    try #require(
      eventually(within: .seconds(60)) { pid(installation.folder, "child") != nil }, "\(installation.log)")
    let child = try #require(pid(installation.folder, "child"))
    #expect(isRunning(child))
    kill(installation.daemon.pid, signal)
    #expect(installation.daemon.wait(within: .seconds(20)) != nil)
    #expect(eventually { !isRunning(child) })
  }

  @Test func processesOfAPluginEndWithTheGuard() throws {
    let installation = try Installation { server, folder in
      try folder.write(
        "sleep 601 & echo $! > \(folder.path)/child.new; mv \(folder.path)/child.new \(folder.path)/child; wait\n",
        to: "script")
      try Starter.execPlugin.prepare(folder, server, script: folder.file("script"))
    }
    try #require(
      eventually(within: .seconds(60)) { pid(installation.folder, "child") != nil }, "\(installation.log)")
    let child = try #require(pid(installation.folder, "child"))
    installation.daemon.terminate()
    #expect(installation.daemon.wait(within: .seconds(20)) != nil)
    #expect(eventually { !isRunning(child) })
  }
}
