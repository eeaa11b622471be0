import Glibc
import GuardTypes
import Platform
import TestSupport
import Testing

@testable import Tunnel

/// Logins with keys whose use an agent limits: by destination, or by a person who must approve it. Tested with a real
/// ssh-agent and a real sshd.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(5)))
struct AgentLoginTests {
  private let server: SSHServer
  private let recorder = Recorder()

  init() throws { server = try SSHServer() }

  private func tunnel(_ agent: SSHAgent) throws -> SSHTunnel {
    try SSHTunnel(
      name: "test",
      configuration: TunnelConfiguration(
        host: "tethys", sshConfig: server.sshConfig, forwards: [.init(listen: .local(0), target: .local(1))]),
      internalTarget: .local(1),
      environment: LocalEnvironment(home: "/nonexistent", localUser: "nobody", agentSocket: agent.socket),
      observer: recorder.record)
  }

  private func failure(_ agent: SSHAgent) throws -> TunnelFailure? {
    let tunnel = try tunnel(agent)
    defer { _ = tunnel.stop(timeout: .seconds(5)) }
    #expect(eventually { tunnel.status.state == .up || tunnel.status.lastFailure != nil })
    return tunnel.status.state == .up ? nil : tunnel.status.lastFailure?.failure
  }

  /// known_hosts for ssh-add(1), in which `name` has a host key.
  private func hosts(_ name: String, _ key: String) throws -> String {
    try server.folder.write("\(name) \(try server.folder.read("\(key).pub"))", to: "hosts_\(name)")
  }

  @Test func aKeyThatTheAgentLimitsToThisHostLogsIn() throws {
    let agent = try SSHAgent()
    try agent.add(
      server.userKey, limitedTo: "\(server.user)@harbor", hostKeys: try hosts("harbor", "host_key"))
    #expect(try failure(agent) == nil)
  }

  @Test func aKeyThatTheAgentLimitsToAnotherHostIsReportedAsRefused() throws {
    let agent = try SSHAgent()
    try server.makeKey("other_host")
    try agent.add(server.userKey, limitedTo: "elsewhere", hostKeys: try hosts("elsewhere", "other_host"))
    let failure = try #require(try failure(agent))
    #expect(failure.code == .noUsableKey)
    #expect(failure.message.contains("the agent refuses to sign"), "\(failure)")
    #expect(failure.message.contains("ssh-add -h"), "\(failure)")
    #expect(failure.note.contains("ssh-add -h"), "\(failure)")
  }

  /// The person takes longer than an agent that does not answer may take for the list of keys.
  @Test func anApprovalMayTakeItsTime() throws {
    let agent = try SSHAgent(approvingWith: "#!/bin/sh\nsleep 7\necho yes\n")
    try agent.addWithApproval(server.userKey)
    let tunnel = try tunnel(agent)
    defer { _ = tunnel.stop(timeout: .seconds(5)) }
    #expect(
      eventually { tunnel.status.waitsFor?.contains("the agent to sign with \(server.userKey)") == true })
    #expect(tunnel.status.lastFailure == nil)
    #expect(eventually(within: .seconds(30)) { tunnel.status.state == .up })
    #expect(tunnel.status.waitsFor == nil)
    let waits = recorder.all.filter { if case .waits = $0 { true } else { false } }
    #expect(waits.count == 1)
  }

  /// A person who looks at the status must see which key to touch now.
  @Test func theStatusNamesTheKeyThatIsAskedForNow() throws {
    let second = try server.makeKey("second")
    try server.folder.write(
      server.folder.read("authorized_keys") + server.folder.read("second.pub"), to: "authorized_keys")
    chmod(server.folder.file("authorized_keys"), 0o644)
    let config = try server.folder.read("ssh_config")
    try server.folder.write(config + "  IdentityFile \(second)\n", to: "ssh_config")
    // The first key is denied when the test says so. The keys have the same comment.
    let (asked, denied) = (server.folder.file("asked"), server.folder.file("denied"))
    let agent = try SSHAgent(
      approvingWith: """
        #!/bin/sh
        [ -e \(asked) ] && exec sleep 60
        : >\(asked)
        until [ -e \(denied) ]; do sleep 0.1; done
        exit 1

        """)
    try agent.addWithApproval(server.userKey)
    try agent.addWithApproval(second)
    let tunnel = try tunnel(agent)
    defer { _ = tunnel.stop(timeout: .seconds(5)) }
    #expect(eventually { tunnel.status.waitsFor?.contains("sign with \(server.userKey) (agent)") == true })
    try server.folder.write("", to: "denied")
    #expect(
      eventually(within: .seconds(20)) {
        tunnel.status.waitsFor?.contains("sign with \(second) (agent)") == true
      })
  }

  @Test func whileAnApprovalIsAwaitedTheTunnelCanBeStopped() throws {
    let agent = try SSHAgent(approvingWith: "#!/bin/sh\nexec sleep 60\n")
    try agent.addWithApproval(server.userKey)
    let tunnel = try tunnel(agent)
    #expect(eventually { tunnel.status.waitsFor != nil })
    #expect(tunnel.stop(timeout: .seconds(2)))
  }

  @Test func aDeniedApprovalIsReported() throws {
    let agent = try SSHAgent(approvingWith: "#!/bin/sh\nexit 1\n")
    try agent.addWithApproval(server.userKey)
    let failure = try #require(try failure(agent))
    #expect(failure.code == .noUsableKey)
    #expect(failure.message.contains("the agent refuses to sign"), "\(failure)")
  }

  @Test func aServerThatEndsTheLoginDuringTheApprovalIsReported() throws {
    let agent = try SSHAgent(approvingWith: "#!/bin/sh\nexec sleep 60\n")
    try agent.addWithApproval(server.userKey)
    let tunnel = try tunnel(agent)
    defer { _ = tunnel.stop(timeout: .seconds(5)) }
    #expect(eventually { tunnel.status.waitsFor != nil })
    server.killSessions()
    #expect(eventually { tunnel.status.lastFailure != nil })
    let failure = try #require(tunnel.status.lastFailure?.failure)
    #expect(failure.code == .peerClosed)
    #expect(failure.message.contains("while the agent was asked to sign"), "\(failure)")
    #expect(tunnel.status.waitsFor == nil)
  }
}
