import GuardAPI
import GuardTypes
import Health
import Testing

@testable import GuardClientDoctor
@testable import GuardConnection
@testable import GuardTerminal

/// The guard's view of the connection, compared with the caller's own.
@Suite struct ComparisonTests {
  private static let ann = Caller(name: "ann", uid: 1000)
  private static let step = NextStep(command: "sudo -u oceanid ssh -v tethys true", note: "check the keys")

  private static func view(_ findings: [FindingDocument], uid: UInt32 = 998) -> GuardViewDocument {
    GuardViewDocument(
      user: uid == 998 ? "oceanid" : "ann", uid: uid, home: "/var/lib/oceanid", unit: "oceanid-guard",
      configuration: "/etc/oceanid/guard.yaml", agent: nil, credentials: ["guard-key"], findings: findings)
  }

  private static func finding(
    _ step: String, _ outcome: FindingOutcome, _ found: String = "found", _ next: NextStep? = nil
  ) -> FindingDocument {
    FindingDocument(step, of: "tethys", outcome, found, next: next)
  }

  private static func compared(
    _ guards: FindingDocument, _ own: FindingDocument?, _ caller: Caller = ann, uid: UInt32 = 998,
    status: StatusDocument? = nil
  ) -> FindingDocument? {
    Comparison(
      view: view([guards], uid: uid), own: [own].compactMap(\.self), clusters: status?.clusters ?? [],
      caller: caller
    ).findings.first { $0.step == guards.step }
  }

  @Test func ownWorkingLoginIsNotTheServicesLogin() {
    let merged = Self.compared(
      Self.finding("login", .failed, "no usable key for ops@tethys", Self.step), Self.finding("login", .ok))
    #expect(merged?.outcome == .failed)
    #expect(
      merged?.found == "works for you, not for the service, because no usable key for ops@tethys")
    #expect(merged?.next == Self.step)
  }

  @Test func workingServiceIsHealthyIfTheCallerMayReadLess() {
    let merged = Self.compared(
      Self.finding("kubeconfig", .ok), Self.finding("kubeconfig", .failed, "it is not readable", Self.step))
    #expect(merged?.outcome == .ok && merged?.next == nil)
    #expect(merged?.found == "works for the service, not for you, because it is not readable")
    // A caller without the service's credentials skips the login.
    #expect(
      Self.compared(Self.finding("login", .ok, "as ops"), Self.finding("login", .skipped))?.found == "as ops")
  }

  @Test func equalViewsAreOneLine() {
    for outcome in [FindingOutcome.ok, .failed, .warning] {
      let merged = Self.compared(
        Self.finding("login", outcome, "guard's"), Self.finding("login", outcome, "own"))
      #expect(merged?.outcome == outcome && merged?.found == "guard's")
    }
    // Only the caller sees the program of another user.
    let port = Self.compared(
      Self.finding("port 127.0.0.1:16443", .failed, "taken by another process"),
      Self.finding("port 127.0.0.1:16443", .failed, "taken by ssh (pid 7)"))
    #expect(port?.found == "taken by ssh (pid 7)")
  }

  @Test func commandsAreForTheGuardsUser() {
    func next(_ command: String, _ caller: Caller, uid: UInt32 = 998) -> String? {
      Self.compared(
        Self.finding("login", .failed, "no", NextStep(command: command, note: "sudo -u ann x")), nil, caller,
        uid: uid)?.command
    }
    #expect(next("ssh -v tethys true", Self.ann) == "sudo -u oceanid ssh -v tethys true")
    #expect(next("sudo -u oceanid ssh tethys", Self.ann) == "sudo -u oceanid ssh tethys")
    #expect(next("oceanid-ctl status", Self.ann) == "oceanid-ctl status")
    #expect(next("ping -c 3 tethys", Self.ann) == "ping -c 3 tethys")
    #expect(next("sudo -u ann ssh tethys", Self.ann, uid: 1000) == "ssh tethys")
    #expect(next("chmod 600 /k", Caller(name: "root", uid: 0), uid: 1000) == "sudo -u ann chmod 600 /k")
  }

  /// The guard's key runs no commands on the server, so such a command is for the caller's own login.
  @Test func commandsOnTheServerAreForTheCaller() {
    let step = NextStep(command: "ssh tethys 'sudo sshd -T'", note: "it must allow it")
    let found = Self.compared(Self.finding("forward", .failed, "forbidden", step), nil, Self.ann)
    #expect(found?.command == "ssh tethys 'sudo sshd -T'")
  }

  @Test(arguments: [
    (TunnelErrorCode.authRefused, "oceanid-ctl reconnect" as String?),
    (.connectTimeout, "oceanid-ctl reconnect"),
    (.noUsableKey, step.command), (.hostKeyUnknown, step.command), (.config, step.command),
  ])
  func waitingGuardReconnectsIfTheOwnLoginWorks(_ code: TunnelErrorCode, _ command: String?) {
    var status = Scene.backoff.status
    status.clusters[0].name = "tethys"
    status.clusters[0].tunnel.state = .blocked
    status.clusters[0].tunnel.lastError?.code = code.rawValue
    let failed = Self.finding("login", .failed, "refused", Self.step)
    let merged = Self.compared(
      failed, Self.finding("login", .ok), Caller(name: "root", uid: 0), status: status)
    #expect(merged?.command == command)
    #expect(merged?.remedy?.contains("oceanid-ctl reconnect") == true)
    // Other users may not reconnect, and a tunnel that is up does not need it.
    let other = Self.compared(failed, Self.finding("login", .ok), status: status)
    #expect(code != .authRefused || other?.command == "sudo oceanid-ctl reconnect")
    status.clusters[0].tunnel.state = .up
    #expect(Self.compared(failed, Self.finding("login", .ok), status: status)?.next == Self.step)
  }

  /// An agent that a session starts has a new socket in each session, and the drop-in of the service has the old one.
  @Test(arguments: ["login", "keys"], [nil, "/tmp/ssh-old/agent.1"] as [String?])
  func changedAgentIsGivenToTheServiceBySetup(_ step: String, _ agent: String?) {
    var status = Scene.backoff.status
    status.clusters[0].name = "tethys"
    status.clusters[0].tunnel.host = "k3s"
    status.clusters[0].tunnel.state = .blocked
    func next(
      _ caller: Caller, uid: UInt32 = 1000, own: FindingOutcome = .ok, unit: String? = "oceanid-guard"
    )
      -> NextStep?
    {
      var view = Self.view(
        [Self.finding(step, step == "keys" ? .warning : .failed, "no key", Self.step)], uid: uid)
      (view.agent, view.unit) = (agent, unit)
      return Comparison(
        view: view, own: [Self.finding(step, own)], clusters: status.clusters, caller: caller
      ).findings.first { $0.step == step }?.next
    }
    let ann = Caller(name: "ann", uid: 1000, agent: "/tmp/ssh-new/agent.2")
    #expect(next(ann)?.command == "oceanid-ctl setup k3s")
    #expect(next(ann)?.note?.contains("/tmp/ssh-new/agent.2") == true)
    for other in [
      next(Caller(name: "ann", uid: 1000)), next(ann, uid: 998), next(ann, own: .failed),
      next(ann, unit: nil),
      next(Caller(name: "ann", uid: 1000, agent: agent)),
    ] { #expect(other?.command?.contains("setup") != true) }
  }

  @Test func eachStepAppearsOnceInTheOrderOfTheConnection() {
    let view = Self.view([
      FindingDocument("configuration", .ok, "x"), FindingDocument("credentials", .ok, "guard-key"),
      Self.finding("login", .ok), Self.finding("keys", .ok), Self.finding("API", .ok),
    ])
    let own = [
      FindingDocument("configuration", .ok, "x"), FindingDocument("libraries", .ok, "libssh2"),
      Self.finding("login", .ok), Self.finding("keys", .ok), Self.finding("proxy", .ok),
      FindingDocument("your shell", .warning, "KUBECONFIG"),
    ]
    let findings = Comparison(view: view, own: own, clusters: [], caller: Self.ann).findings
    #expect(
      findings.map(\.step) == [
        "configuration", "credentials", "libraries", "service", "login", "keys", "API", "proxy", "your shell",
      ])
    #expect(
      findings[3].found
        == "the guard runs as oceanid (uid 998), home /var/lib/oceanid, no agent (SSH_AUTH_SOCK), credentials guard-key; you are ann"
    )
  }

  /// The verdict is the last line of the page.
  @Test func pageReportsAFailureWhileTheGuardIsCritical() {
    let socket = SocketPath(option: "/run/x.sock", environment: { _ in nil }, exists: { _ in false })
    let terminal = Terminal(width: 80, hasColor: false, now: Scene.now)
    for scene in [Scene.nodeDown, .backoff] {
      let well = Comparison(
        view: Self.view([Self.finding("login", .ok)]), own: [], clusters: scene.status.clusters,
        caller: Self.ann
      ).findings
      let document = DoctorDocument(well + ClientFindings.socket(socket, .success(scene.status)))
      #expect(document.outcome == .failed)
      let text = DoctorPage.page(document, terminal).text(for: terminal)
      #expect(text.contains("Failed: ") && !text.contains("Connection works"), "\(text)")
    }
  }
}
