import GuardTypes
import IncidentTracking
import Testing

@testable import Health

/// Kinds whose definition is deleted while the guard looks, or was before it began to.
@Suite struct KindRulesTests {
  private static func deployment(_ name: String, _ namespace: String, image: String, available: Int = 1)
    -> Workload
  {
    Workload(
      resource: Resource(kind: "Deployment", namespace: namespace, name: name), desired: 1, ready: available,
      available: available, updated: 1, images: [image], partOf: namespace == "flux-system" ? "flux" : nil)
  }

  private static let controllers = [
    deployment("source-controller", "flux-system", image: "ghcr.io/fluxcd/source-controller:v1.6.2"),
    deployment("kustomize-controller", "flux-system", image: "ghcr.io/fluxcd/kustomize-controller:v1.6.1"),
    deployment("cert-manager", "cert-manager", image: "quay.io/jetstack/cert-manager-controller:v1.18.2"),
    deployment("operator", "pulumi", image: "docker.io/pulumi/pulumi-kubernetes-operator:v2.2.0"),
  ]

  private static let kinds: Set = ["GitRepository", "Kustomization", "Certificate", "Stack"]

  private static func snapshot(
    without gone: Set<String> = [], workloads: [Workload] = controllers,
    objects: [FluxObject] = [Fixture.git(), Fixture.kustomization("apps")]
  ) -> Snapshot {
    Fixture.snapshot { snapshot in
      snapshot.kinds = ServedKinds(served: kinds.subtracting(gone), absent: gone)
      snapshot.workloads = .seen(workloads)
      let left = objects.filter { !gone.contains($0.resource.kind) }
      snapshot.flux = left.isEmpty ? .notServed : .seen(left)
      snapshot.certificates =
        gone.contains("Certificate")
        ? .notServed : .seen([Certificate(resource: Fixture.resource("Certificate", "web"))])
      snapshot.stacks =
        gone.contains("Stack") ? .notServed : .seen([Stack(resource: Fixture.resource("Stack", "infra"))])
    }
  }

  private static func judged(
    _ snapshot: Snapshot, _ history: PollHistory = PollHistory(), after seconds: Int64 = 0,
    _ expectations: Expectations = Expectations()
  ) -> (report: ClusterReport, history: PollHistory) {
    let now = Fixture.now + .seconds(seconds)
    var snapshot = snapshot
    snapshot.serverTime = now
    return judge(Fixture.observation(snapshot, at: now, expectations), history: history, now: now)
  }

  @Test(arguments: [
    ("Kustomization", "flux", "kustomize-controller runs, but its kind is not served"),
    ("GitRepository", "flux", "source-controller runs, but its kind is not served"),
    ("Certificate", "certificate", "cert-manager runs, but its kind is not served"),
    ("Stack", "stack", "operator runs, but its kind is not served"),
  ]) func removedKindIsAProblemAndItsObjectsStay(kind: String, area: String, title: String) throws {
    let (before, history) = Self.judged(Self.snapshot())
    #expect(!before.problemIDs.contains { $0.hasSuffix("/not-served") })
    let (after, next) = Self.judged(Self.snapshot(without: [kind]), history, after: 15)
    let problem = try #require(after.problems.first { $0.id == "tethys/\(area)/kinds/not-served" })
    #expect(problem.title == title)
    #expect(problem.severity == .critical)
    #expect(problem.detail.contains("deleted with their CustomResourceDefinition: 1 object of \(kind)"))
    #expect(problem.remedy.contains("get crd"))
    #expect(after.verdict == .critical)
    #expect(after.flux.map(\.value).count == before.flux.count)
    #expect(after.certificates.count == 1)
    #expect(after.stacks.count == 1)
    let left =
      after.flux.filter { $0.value.resource.kind == kind }.map(\.reason)
      + after.certificates.filter { _ in kind == "Certificate" }.map(\.reason)
      + after.stacks.filter { _ in kind == "Stack" }.map(\.reason)
    #expect(left == ["Stale"])
    // The problem ends when the kind is served again.
    let (back, _) = Self.judged(Self.snapshot(), next, after: 25)
    #expect(!back.problemIDs.contains { $0.hasSuffix("/not-served") })
    #expect(back.verdict == before.verdict)
  }

  @Test func problemsOfARemovedKindHaveNotEnded() throws {
    let failing = [
      Fixture.git(),
      Fixture.kustomization("apps", [Fixture.condition("Ready", .isFalse, "BuildFailed", "no")]),
    ]
    let (before, history) = Self.judged(Self.snapshot(objects: failing))
    #expect(before.problemIDs.contains("tethys/flux/kustomization/flux-system/apps/failed"))
    var tracker = IncidentTracker()
    var next = history
    var now = Fixture.now
    for step in 0..<20 {
      let gone: Set = step < 5 ? [] : ["Kustomization"]
      let (report, history) = Self.judged(
        Self.snapshot(without: gone, objects: failing), next, after: Int64(step) * 15)
      next = history
      now = Fixture.now + .seconds(Int64(step) * 15)
      if step >= 5 { #expect(report.unseen.contains(.flux)) }
      tracker.observe(
        ProblemObservation(cluster: "tethys", problems: report.problems, unseen: report.unseen, poll: now),
        at: now)
      for entry in tracker.advance(to: now).flatMap(\.entries) { #expect(entry.change != .ended, "\(entry)") }
    }
  }

  @Test func allFluxKindsAtOnceAreOneProblem() throws {
    let (_, history) = Self.judged(Self.snapshot())
    let (after, _) = Self.judged(
      Self.snapshot(without: ["GitRepository", "Kustomization"]), history, after: 15,
      Expectations(fluxVersion: "v2.6.4"))
    let critical = after.problems.filter { $0.id.hasPrefix("tethys/flux/") && $0.severity == .critical }
    #expect(critical.map(\.id) == ["tethys/flux/kinds/not-served"])
    #expect(critical.first?.title == "2 controllers run, but their kinds are not served")
    #expect(after.flux.count == 2)
  }

  @Test func startedGuardDetectsARemovedKindByItsController() throws {
    let (report, _) = Self.judged(Self.snapshot(without: ["Kustomization"]))
    #expect(
      report.problems.first { $0.id.hasSuffix("/not-served") }?.title
        == "kustomize-controller runs, but its kind is not served")
  }

  @Test func startedGuardDetectsARemovedKindByItsMemory() throws {
    let history = PollHistory(kinds: ["Kustomization": PollHistory.KnownKind(objects: 12)])
    let (report, next) = Self.judged(Self.snapshot(without: ["Kustomization"], workloads: []), history)
    let problem = try #require(report.problems.first { $0.id == "tethys/flux/kinds/not-served" })
    #expect(problem.title == "Kustomization is not served")
    #expect(problem.detail.contains("12 objects of Kustomization"))
    #expect(next.kinds["Kustomization"]?.goneSince == Fixture.now)
  }

  @Test func kindRemovedWithItsControllerIsForgottenAfterADay() {
    var (_, history) = Self.judged(Self.snapshot())
    for (hours, isTold) in [(0, true), (23, true), (25, false), (26, false)] {
      let (report, next) = Self.judged(
        Self.snapshot(without: ["Certificate"], workloads: []), history, after: Int64(hours) * 3600)
      history = next
      #expect(report.problemIDs.contains("tethys/certificate/kinds/not-served") == isTold, "\(hours) h")
    }
    // With its controller left behind, it is never.
    (_, history) = Self.judged(Self.snapshot())
    for days in [0, 40] as [Int64] {
      let (report, next) = Self.judged(Self.snapshot(without: ["Certificate"]), history, after: days * 86_400)
      history = next
      #expect(report.problemIDs.contains("tethys/certificate/kinds/not-served"))
    }
  }

  @Test func unusedKindIsNotReported() {
    let history = PollHistory(kinds: ["Stack": PollHistory.KnownKind(objects: 0)])
    let (report, next) = Self.judged(Self.snapshot(without: ["Stack"], workloads: []), history)
    #expect(!report.problemIDs.contains { $0.hasSuffix("/not-served") })
    #expect(next.kinds["Stack"] == nil)
    // A kind of a later release only.
    let (other, _) = Self.judged(Self.snapshot(without: ["ExternalArtifact"]))
    #expect(!other.problemIDs.contains { $0.hasSuffix("/not-served") })
  }

  @Test func unreadyServerIsOneProblem() {
    let (before, history) = Self.judged(Self.snapshot())
    var starting = Self.snapshot()
    starting.isReady = false
    let failure = PollFailure(code: .unreachable, message: "503", remedy: "ask")
    starting.flux = .failed(failure)
    starting.certificates = .failed(.kindInDoubt)
    starting.stacks = .failed(failure)
    starting.workloads = .failed(PollFailure(code: .forbidden, message: "403", remedy: "ask"))
    let (report, _) = Self.judged(starting, history, after: 15)
    #expect(report.problemIDs.filter { !before.problemIDs.contains($0) } == ["tethys/api/not-ready"])
    #expect(report.unseen.isSuperset(of: [.flux, .certificate, .stack, .workload]))
    #expect(report.flux.count == 2 && report.certificates.count == 1 && report.stacks.count == 1)
  }

  @Test func unconfirmedRemovalIsUnknown() {
    let (before, history) = Self.judged(Self.snapshot())
    var doubtful = Self.snapshot()
    doubtful.flux = .failed(.kindInDoubt)
    let (report, _) = Self.judged(doubtful, history, after: 15)
    #expect(report.problemIDs == before.problemIDs)
    #expect(report.verdict == .unknown)
    #expect(report.summary == "flux can't be read just now")
    #expect(report.flux.allSatisfy { $0.verdict == .unknown && $0.reason == "Stale" })
  }
}
