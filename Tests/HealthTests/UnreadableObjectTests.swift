import GuardTypes
import Testing

@testable import Health

/// An object that can't be decoded is unknown with its reason: it is never missing, and its problems are not over.
@Suite struct UnreadableObjectTests {
  private static func unreadable(_ kind: String, _ name: String?, namespace: String = "") -> UndecodableObject
  {
    UndecodableObject(
      kind: kind, namespace: namespace, name: name, index: 1, reason: "status has the wrong type")
  }

  private static func hasMissing(_ report: ClusterReport) -> Bool {
    report.problems.contains { $0.id.contains("missing") || $0.title.contains("does not exist") }
  }

  @Test(arguments: [String?.some("calypso"), nil])
  func nodeIsUnknown(_ name: String?) {
    let report = Fixture.report(Expectations(nodes: ["srv712429", "calypso"])) {
      $0.nodes = .seen([Fixture.node("srv712429")])
      $0.undecodable = [Self.unreadable("Node", name)]
    }
    #expect(!Self.hasMissing(report))
    #expect(report.verdict == .unknown)
    #expect(report.problems.first?.detail.contains("status has the wrong type") == true)
    #expect(report.nodes.map(\.verdict) == (name == nil ? [.healthy] : [.healthy, .unknown]))
  }

  @Test(arguments: [String?.some("web"), nil], ["Deployment", "StatefulSet", "DaemonSet"])
  func expectedWorkloadIsNotMissing(_ name: String?, _ kind: String) {
    let report = Fixture.report(Expectations(workloads: [.init(namespace: "apps", name: "web")])) {
      $0.undecodable = [Self.unreadable(kind, name, namespace: name == nil ? "" : "apps")]
    }
    #expect(!Self.hasMissing(report))
    #expect(report.verdict == .unknown)
  }

  @Test(arguments: [String?.some("kustomize-controller"), nil])
  func fluxControllerIsNotMissing(_ name: String?) {
    let report = Fixture.report(Expectations(fluxVersion: "v2.6.4")) {
      $0.undecodable = [Self.unreadable("Deployment", name, namespace: "flux-system")]
    }
    #expect(!Self.hasMissing(report))
  }

  @Test(arguments: [String?.some("ghost"), nil])
  func dependencyIsNotMissing(_ name: String?) {
    let waiting = FluxObject(
      resource: Fixture.resource(
        "Kustomization", "apps",
        [
          Fixture.condition(
            "Ready", .isFalse, "DependencyNotReady", "dependency 'flux-system/ghost' not found")
        ]),
      interval: .seconds(600),
      dependsOn: [Reference(kind: "Kustomization", namespace: "flux-system", name: "ghost")])
    let report = Fixture.report {
      $0.flux = .seen([Fixture.git(), waiting])
      $0.undecodable = [Self.unreadable("Kustomization", name, namespace: name == nil ? "" : "flux-system")]
    }
    #expect(!Self.hasMissing(report))
  }

  @Test func kindWithTooManyUndecodableObjectsHidesNothing() {
    let report = Fixture.report(Expectations(nodes: ["calypso", "ghost"])) { $0.uncountedKinds = ["Node"] }
    #expect(!Self.hasMissing(report))
    #expect(report.verdict == .unknown)
  }

  @Test func fluxObjectIsShownWithTheReason() throws {
    let report = Fixture.report {
      $0.undecodable = [Self.unreadable("HelmRelease", "web", namespace: "apps")]
    }
    let object = try #require(report.flux.first { $0.value.resource.name == "web" })
    #expect(object.verdict == .unknown)
    #expect(object.reason == "Unreadable")
    #expect(object.message == "can't be read: status has the wrong type")
    #expect(report.verdict == .unknown)
  }

  @Test func problemOfAnUndecodableNodeStaysOpen() {
    let broken = Fixture.node("calypso", [Fixture.condition("Ready", .isFalse)])
    let first = judge(
      Fixture.observation(Fixture.snapshot { $0.nodes = .seen([broken]) }), history: PollHistory(),
      now: Fixture.now
    )
    #expect(first.report.verdict == .critical)
    let snapshot = Fixture.snapshot {
      $0.nodes = .seen([])
      $0.undecodable = [Self.unreadable("Node", "calypso")]
    }
    let (report, history) = judge(Fixture.observation(snapshot), history: first.history, now: Fixture.now)
    #expect(report.unseenSubjects == ["node calypso"])
    #expect(history.firstSeen["tethys/node/calypso/not-ready"] != nil)
    #expect(report.verdict == .unknown)
  }

  @Test func lastSeenObjectsHaveNoVerdict() {
    let certificate = Certificate(resource: Fixture.resource("Certificate", "web"))
    let policy = ImagePolicy(
      resource: Fixture.resource("ImagePolicy", "app"),
      repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: "app"))
    let workload = Workload(
      resource: Fixture.resource("StatefulSet", "db"), desired: 1, ready: 1, available: 1, updated: 1)
    let full = Fixture.snapshot {
      $0.certificates = .seen([certificate])
      $0.imagePolicies = .seen([policy])
      $0.workloads = .seen([workload])
    }
    var history = judge(Fixture.observation(full), history: PollHistory(), now: Fixture.now).history
    let hidden = Fixture.snapshot {
      $0.certificates = .seen([])
      $0.imagePolicies = .seen([])
      $0.workloads = .seen([])
      $0.undecodable = [
        Self.unreadable("Certificate", "web", namespace: "flux-system"),
        Self.unreadable("ImagePolicy", nil), Self.unreadable("StatefulSet", "db", namespace: "flux-system"),
      ]
    }
    // It also holds for later polls.
    for _ in 0..<3 {
      let (report, next) = judge(Fixture.observation(hidden), history: history, now: Fixture.now)
      history = next
      #expect(report.certificates.map(\.verdict) == [.unknown])
      #expect(report.policies.map(\.policy.verdict) == [.unknown])
      #expect(report.workloads.map(\.verdict) == [.unknown])
    }
  }

  @Test func policyWithAnUndecodableAutomationIsNotHeld() {
    let moved = ImagePolicy(
      resource: Fixture.resource("ImagePolicy", "app"),
      repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: "app"),
      latestImage: "ghcr.io/a/app:v2")
    let workload = Workload(
      resource: Fixture.resource("Deployment", "app"), desired: 1, ready: 1, available: 1, updated: 1,
      images: ["ghcr.io/a/app:v1"])
    let report = Fixture.report {
      $0.imagePolicies = .seen([moved])
      $0.workloads = .seen([workload])
      $0.undecodable = [Self.unreadable("ImageUpdateAutomation", "main", namespace: "flux-system")]
    }
    #expect(report.policies.map(\.policy.verdict) == [.unknown])
    #expect(report.policies.map(\.isBehind) == [true])
  }

  @Test func everyRefusedSecretHasItsRule() {
    let secrets = ["a", "b"].map { name in
      SecretPresence(
        namespace: "apps", name: name, isPresent: nil,
        failure: PollFailure(code: .forbidden, message: "secret \(name)", remedy: "add rule for \(name)"))
    }
    let report = Fixture.report { $0.secrets = .seen(secrets) }
    #expect(report.problemIDs == ["tethys/api/secrets/forbidden"])
    #expect(report.problems.first?.remedy == "add rule for a; add rule for b")
  }
}
