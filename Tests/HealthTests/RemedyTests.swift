import Health
import Testing

/// What a person is told to run: it reaches the right cluster, and looks instead of changing.
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
      snapshot.pods = .seen(PodCensus(total: 1, unwell: [Fixture.pod("x", waiting: "CrashLoopBackOff")]))
      snapshot.secrets = .seen([SecretPresence(namespace: "a", name: "b", isPresent: false)])
      snapshot.certificates = .seen([
        Certificate(resource: Fixture.resource("Certificate", "web"), notAfter: Fixture.now)
      ])
      snapshot.stacks = .seen([Stack(resource: Fixture.resource("Stack", "infra"), lastUpdateState: "failed")]
      )
      change(&snapshot)
    }
  }

  @Test func noneChangesTheClusterByHand() {
    let remedies = Self.remedies(
      Fixture.observation(Self.troubled(), Expectations(nodes: ["x"], fluxVersion: "v1.0.0")))
    #expect(remedies.count >= 12)
    let verbs: Set<Substring> = [
      "apply", "delete", "edit", "patch", "scale", "rollout", "uncordon", "cordon", "drain", "reconcile",
      "resume", "suspend", "create", "replace", "annotate", "restart",
    ]
    for remedy in remedies {
      // Up to the comment: that is for people, and may speak of what happened.
      let command = remedy.prefix { $0 != "#" }.split(separator: " ")
      #expect(verbs.isDisjoint(with: command), "\(remedy)")
      #expect(command.first == "kubectl" || command.first == "flux", "\(remedy)")
      #expect(!remedy.contains(";"), "\(remedy)")
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

  @Test func problemsOfTheClusterAreDatedByThisMachinesClock() throws {
    // This machine is two minutes behind the server, whose conditions the times are of.
    let snapshot = Fixture.snapshot {
      $0.nodes = .seen([Fixture.node("calypso", [Fixture.condition("Ready", .isFalse, ago: 600)])])
    }
    let here = Fixture.ago(120)
    let report = judge(
      Fixture.observation(snapshot, at: here), memory: Memory(), now: here
    ).report
    #expect(try #require(report.problems.first).since == here - .seconds(600))
  }
}
