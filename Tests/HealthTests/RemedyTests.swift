import GuardTypes
import Health
import Testing

/// Suggested commands reach the right cluster, and only read.
@Suite struct RemedyTests {
  private static func remedies(_ observation: Observation) -> [String] {
    Fixture.report(observation).problems.map(\.remedy)
  }

  private static func troubled(_ change: (inout Snapshot) -> Void = { _ in }) -> Snapshot {
    Fixture.snapshot { snapshot in
      let broken = [Fixture.condition("Ready", .isFalse, "BuildFailed", "authentication required")]
      snapshot.nodes = .seen([Fixture.node("calypso", [Fixture.condition("Ready", .isFalse)], cordoned: true)]
      )
      snapshot.flux = .seen([
        Fixture.git(broken), Fixture.kustomization("a", broken), Fixture.kustomization("b", suspended: true),
        Fixture.kustomization("c", [Fixture.condition("Ready", .isTrue, ago: 90_000)]),
        Fixture.kustomization("d", deleted: Fixture.ago(9000)),
      ])
      snapshot.workloads = .seen([
        Workload(
          resource: Fixture.resource("Deployment", "cloudflared", namespace: "cloudflared", []), desired: 1,
          ready: 0, available: 0, updated: 1)
      ])
      snapshot.pods = .seen(PodCensus(total: 1, unhealthy: [Fixture.pod("x", waiting: "CrashLoopBackOff")]))
      snapshot.secrets = .seen([SecretPresence(namespace: "a", name: "b", isPresent: false)])
      snapshot.certificates = .seen([
        Certificate(resource: Fixture.resource("Certificate", "web"), notAfter: Fixture.now)
      ])
      snapshot.stacks = .seen([Stack(resource: Fixture.resource("Stack", "infra"), lastUpdateState: "failed")]
      )
      change(&snapshot)
    }
  }

  @Test func noRemedyChangesTheCluster() {
    let commands = Fixture.report(
      Fixture.observation(Self.troubled(), Expectations(nodes: ["x"], fluxVersion: "v1.0.0"))
    ).problems.compactMap(\.step.command)
    #expect(commands.count >= 12)
    let verbs: Set<Substring> = [
      "apply", "delete", "edit", "patch", "scale", "rollout", "uncordon", "cordon", "drain", "reconcile",
      "resume", "suspend", "create", "replace", "annotate", "restart",
    ]
    for command in commands {
      let words = command.split(separator: " ")
      #expect(verbs.isDisjoint(with: words), "\(command)")
      #expect(words.first == "kubectl" || words.first == "flux", "\(command)")
      #expect(!command.contains(";") && !command.contains("#"), "\(command)")
    }
  }

  @Test func eachNamesKubeconfigContextAndPort() {
    func observation(_ path: String, _ context: String?, _ flags: String?) -> Observation {
      Observation(
        cluster: "tethys", listen: "127.0.0.1:16443", kubeconfig: path, context: context, serverFlags: flags,
        tunnel: Fixture.tunnel(), snapshot: Self.troubled(), snapshotAt: Fixture.now, pollFailure: nil,
        pollInterval: .seconds(15), expectations: Expectations())
    }
    func isPrefixed(_ observation: Observation, _ flags: String) -> Bool {
      Self.remedies(observation).allSatisfy {
        $0.hasPrefix("kubectl \(flags) ") || $0.hasPrefix("flux \(flags) ")
      }
    }
    #expect(isPrefixed(observation("/etc/k.yaml", nil, nil), "--kubeconfig /etc/k.yaml"))
    #expect(
      isPrefixed(
        observation("/etc/k.yaml", "prod", "--server https://127.0.0.1:16443 --tls-server-name k3s"),
        "--kubeconfig /etc/k.yaml --context prod --server https://127.0.0.1:16443 --tls-server-name k3s"))
    #expect(
      isPrefixed(
        observation("/home/o'neil/my k.yaml", nil, nil), #"--kubeconfig '/home/o'\''neil/my k.yaml'"#))
  }

  @Test func kubeconfigThatDoesNotLeadToTheForwardIsAProblem() throws {
    let report = Fixture.report(Fixture.observation(mismatch: Fixture.mismatch))
    #expect(report.verdict == .degraded)
    let problem = try #require(report.problems.first)
    #expect(problem.code == .api(.kubeconfigServer) && problem.step == Fixture.mismatch.step)
    #expect(
      problem.detail
        == "its server is https://127.0.0.1:6443, the port on the remote side; on this machine it is https://127.0.0.1:16443"
    )
  }

  @Test func commandsAreForTheUserWhoMayReadTheKubeconfig() {
    let observation = Fixture.observation(
      Self.troubled(), mismatch: Fixture.mismatch, owner: "sudo -u oceanid ")
    let commands = Fixture.report(observation).problems.compactMap(\.step.command)
    #expect(commands.count >= 12)
    for command in commands {
      #expect(
        command.hasPrefix("sudo -u oceanid kubectl --") || command.hasPrefix("sudo -u oceanid flux --"),
        "\(command)")
    }
  }

  @Test func problemsUseThisMachinesClock() throws {
    // This machine is two minutes behind the server, whose conditions the times are of.
    let snapshot = Fixture.snapshot {
      $0.nodes = .seen([Fixture.node("calypso", [Fixture.condition("Ready", .isFalse, ago: 600)])])
    }
    let here = Fixture.ago(120)
    let report = judge(
      Fixture.observation(snapshot, at: here), history: PollHistory(), now: here
    ).report
    #expect(try #require(report.problems.first).since == here - .seconds(600))
  }
}

extension RemedyTests {
  @Test(arguments: [
    ("web-1", "web-1"), ("a.b:c_d@1,2/3+4=5%", "a.b:c_d@1,2/3+4=5%"), ("=ls", "'=ls'"), ("%self", "'%self'"),
    ("a\\b", #"'a'\\'b'"#), ("a b", "'a b'"), ("$(id)", "'$(id)'"),
    ("it's", #"'it'\''s'"#), ("", "''"), ("~/k.yaml", "~/k.yaml"), ("~/my k", "~/'my k'"), ("a?b", "'a?b'"),
    ("ü", "'ü'"), ("a\nb", "'a\nb'"),
  ]) func shellWordsAreQuoted(text: String, word: String) {
    #expect(text.shellWord == word)
  }

  @Test func namesFromTheClusterAreNotExecuted() {
    let broken = [Fixture.condition("Ready", .isFalse, "BuildFailed", "no")]
    let report = Fixture.report {
      $0.nodes = .seen([Fixture.node("$(reboot)", broken)])
      $0.flux = .seen([Fixture.kustomization("a;b", broken)])
      $0.pods = .seen(PodCensus(total: 1, unhealthy: [Fixture.pod("`x`", node: nil, restarts: 1)]))
      $0.undecodable = [
        UndecodableObject(kind: "Pod", namespace: "apps", name: "web", reason: "spec has the wrong type"),
        UndecodableObject(kind: "Node", name: "srv$(x)", reason: "spec is null"),
        UndecodableObject(kind: "Kustomization", name: nil, index: 7, reason: "is null"),
      ]
    }
    let remedies = report.problems.compactMap(\.step.command)
    let access = "kubectl --kubeconfig /home/ann/.kube/k3s-config.yaml"
    #expect(remedies.contains("\(access) describe node '$(reboot)'"))
    #expect(remedies.contains { $0.contains("--name='a;b' ") })
    #expect(remedies.contains("\(access) -n apps get pod web -o yaml"))
    #expect(remedies.contains("\(access) get node 'srv$(x)' -o yaml"))
    #expect(remedies.contains("\(access) get kustomization -A"))
  }

  /// A program would take such a name for an option, for example for another kubeconfig.
  @Test func namesThatBeginWithAHyphenAreInNoCommand() {
    let broken = [Fixture.condition("Ready", .isFalse, "BuildFailed", "no")]
    let name = "--kubeconfig=/tmp/evil"
    let report = Fixture.report {
      $0.nodes = .seen([Fixture.node(name, broken)])
      $0.flux = .seen([Fixture.kustomization(name, broken)])
      $0.pods = .seen(PodCensus(total: 1, unhealthy: [Fixture.pod(name, node: nil, restarts: 1)]))
      $0.workloads = .seen([
        Workload(
          resource: Fixture.resource("Deployment", name, namespace: name, []), desired: 1, ready: 0,
          available: 0,
          updated: 1)
      ])
      $0.certificates = .seen([
        Certificate(resource: Fixture.resource("Certificate", name), notAfter: Fixture.now)
      ])
      $0.stacks = .seen([Stack(resource: Fixture.resource("Stack", name), lastUpdateState: "failed")])
      $0.undecodable = [
        UndecodableObject(kind: "Pod", namespace: "apps", name: name, reason: "spec is null"),
        UndecodableObject(kind: "Node", name: name, reason: "spec is null"),
      ]
    }
    #expect(report.problems.count >= 6)
    for problem in report.problems where "\(problem)".contains("/tmp/evil") {
      // As the value of an option, it is harmless: `--name=…`.
      let words = (problem.step.command ?? "").split(separator: " ")
      #expect(!words.contains { $0.hasPrefix("--kubeconfig=/tmp/evil") }, "\(problem.step)")
      #expect(!problem.step.remedy.isEmpty)
    }
  }

  @Test func refusalOfAnotherForwardHidesNoFailure() {
    func forward(_ port: Int, _ target: String, isRefused: Bool) -> TunnelHealth.Forward {
      TunnelHealth.Forward(
        listen: "127.0.0.1:\(port)", target: target, state: .listening, holder: nil,
        refusal: isRefused
          ? .init(code: .forwardRefused, message: "refused", remedy: "look", at: Fixture.ago(9)) : nil)
    }
    func ids(_ target: String?, _ refused: [Bool]) -> [String] {
      let tunnel = Fixture.tunnel(forwards: [
        forward(16443, "localhost:6443", isRefused: refused[0]),
        forward(5432, "db:5432", isRefused: refused[1]),
      ])
      return Fixture.report(
        Observation(
          cluster: "tethys", listen: "127.0.0.1:16443", kubeconfig: "/k", tunnel: tunnel, apiTarget: target,
          snapshot: nil, snapshotAt: nil,
          pollFailure: PollFailure(code: .tls, message: "expired", remedy: "renew"),
          pollInterval: .seconds(15), expectations: Expectations())
      ).problemIDs.filter { $0.contains("/api/") }
    }
    for target in [nil, "localhost:6443"] {
      #expect(ids(target, [false, true]) == ["tethys/api/tls"])
      #expect(ids(target, [true, false]) == [])
    }
    #expect(ids("db:5432", [false, true]) == [])
    // Dialled from the far side, through no forward.
    #expect(ids("10.0.0.1:6443", [true, true]) == ["tethys/api/tls"])
  }
}
