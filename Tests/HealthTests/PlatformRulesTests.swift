import Health
import Testing

@Suite struct PlatformRulesTests {
  private static func workload(_ available: Int, of desired: Int, _ conditions: [Condition] = []) -> Workload
  {
    Workload(
      resource: Fixture.resource("Deployment", "cloudflared", namespace: "cloudflared", conditions),
      desired: desired,
      ready: available, available: available, updated: desired)
  }

  private static let expected = Expectations(workloads: [.init(namespace: "cloudflared", name: "cloudflared")]
  )

  @Test func anExpectedWorkloadThatServesNobodyIsCritical() {
    let down = Fixture.report(Self.expected) { $0.workloads = .seen([Self.workload(0, of: 2)]) }
    #expect(down.problems.map(\.severity) == [.critical])
    let half = Fixture.report(Self.expected) { $0.workloads = .seen([Self.workload(1, of: 2)]) }
    #expect(half.problems.map(\.severity) == [.warning])
    let deadline = Fixture.condition("Progressing", .isFalse, "ProgressDeadlineExceeded")
    let failed = Fixture.report(Self.expected) { $0.workloads = .seen([Self.workload(1, of: 2, [deadline])]) }
    #expect(failed.problems.map(\.severity) == [.critical])
    #expect(
      Fixture.report(Self.expected) { $0.workloads = .seen([Self.workload(2, of: 2)]) }.verdict == .healthy)
  }

  @Test func anExpectedWorkloadThatIsNotThereIsMissing() {
    #expect(
      Fixture.report(Self.expected) { _ in }.problemIDs == ["tethys/workload/cloudflared/cloudflared/missing"]
    )
  }

  @Test(arguments: [(6 as Int64, "expiring"), (-1, "expired")])
  func certificatesNearTheirEnd(_ days: Int64, _ word: String) {
    let certificate = Certificate(
      resource: Fixture.resource("Certificate", "web", namespace: "web"),
      notAfter: Fixture.now + .seconds(days * 86_400))
    let report = Fixture.report { $0.certificates = .seen([certificate]) }
    #expect(report.problemIDs == ["tethys/certificate/web/web/\(word)"])
  }

  @Test func aStackThatFailedItsUpdate() {
    let stack = Stack(
      resource: Fixture.resource("Stack", "infra"), lastUpdateState: "failed", lastUpdateTime: Fixture.ago(60)
    )
    #expect(
      Fixture.report { $0.stacks = .seen([stack]) }.problemIDs == ["tethys/stack/flux-system/infra/failed"])
  }

  @Test func aSecretThatIsNotThere() {
    let secret = SecretPresence(namespace: "flux-system", name: "github-token", isPresent: false)
    #expect(
      Fixture.report { $0.secrets = .seen([secret]) }.problemIDs == [
        "tethys/secret/flux-system/github-token/missing"
      ])
  }

  @Test func noRemedyChangesTheClusterByHand() {
    let verbs = [
      "apply", "delete", "edit", "patch", "scale", "rollout", "uncordon", "reconcile", "resume", "suspend ",
    ]
    let snapshot = Fixture.snapshot { snapshot in
      snapshot.nodes = .seen([Fixture.node("calypso", [Fixture.condition("Ready", .isFalse)], cordoned: true)]
      )
      snapshot.flux = .seen([
        Fixture.kustomization("a", [Fixture.condition("Ready", .isFalse, "BuildFailed")]),
        Fixture.kustomization("b", suspended: true),
      ])
      snapshot.workloads = .seen([Self.workload(0, of: 1)])
      snapshot.secrets = .seen([SecretPresence(namespace: "a", name: "b", isPresent: false)])
    }
    let report = Fixture.report(Fixture.observation(snapshot, Expectations(nodes: ["x"], fluxVersion: "v1")))
    #expect(report.problems.count >= 6)
    for problem in report.problems {
      for verb in verbs {
        #expect(!problem.remedy.contains("kubectl \(verb)") && !problem.remedy.contains("flux \(verb)"))
      }
    }
  }
}

@Suite struct RedactionTests {
  @Test(arguments: [
    (
      "unable to clone 'https://ann:ghp_secret@github.com/x.git': no",
      "unable to clone 'https://…@github.com/x.git': no"
    ),
    ("https://token@host/a and http://b:c@d", "https://…@host/a and http://…@d"),
    ("Receiver initialized for path: /hook/0a1b2c3d", "Receiver initialized for path: /hook/…"),
    ("Authorization: Bearer eyJhbGciOi.x.y failed", "Authorization: Bearer … failed"),
    ("GET /?token=abc&x=1", "GET /?token=…&x=1"), ("mail a@b.example", "mail a@b.example"),
    ("https://github.com/x.git@main", "https://github.com/x.git@main"), ("", ""),
  ])
  func hidesSecretsAndNothingElse(_ message: String, _ shown: String) {
    #expect(redacted(message) == shown)
  }

  @Test func boundsTheLength() {
    #expect(redacted(String(repeating: "x", count: 100_000)).count == 1025)
  }
}

@Suite struct AgeTests {
  @Test(arguments: [
    (-5 as Int64, "<invalid>"), (-1, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (312, "5m12s"),
    (600, "10m"),
    (10_799, "179m"), (10_800, "3h"), (27_000, "7h30m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"),
    (442_800, "5d3h"), (691_200, "8d"), (35_596_800, "412d"), (98_064_000, "3y40d"), (315_360_000, "10y"),
  ])
  func followsKubectl(_ seconds: Int64, _ text: String) {
    #expect(Duration.seconds(seconds).humanDuration == text)
  }
}
