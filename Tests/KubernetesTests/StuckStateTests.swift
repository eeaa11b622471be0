import DemoCluster
import GuardTypes
import Health
import TestSupport
import Testing

/// All faults of the demo's cluster, from the API to the verdict: each causes one problem with a command for the
/// operator, and none after its end.
@Suite(.serialized, .blocking) struct StuckStateTests {
  struct State: Sendable, CustomTestStringConvertible {
    let faults: [Fault]
    /// Seconds until it counts as a problem.
    var after = 0
    /// The problem's id without the cluster's name.
    let problem: String
    var severity = Problem.Severity.warning
    /// A part of the remedy.
    let remedy: String
    let fixes: [Fault]

    init(
      _ faults: Fault..., after seconds: Int = 0, problem: String, _ severity: Problem.Severity = .warning,
      remedy: String, fixes: Fault...
    ) {
      self.faults = faults
      self.after = seconds
      self.problem = problem
      self.severity = severity
      self.remedy = remedy
      self.fixes = fixes
    }

    init(
      _ trouble: OngoingFault, beside faults: Fault..., after seconds: Int = 0, problem: String,
      _ severity: Problem.Severity = .warning, remedy: String, fixes: Fault...
    ) {
      self.faults = faults + [.begins(trouble)]
      self.after = seconds
      self.problem = problem
      self.severity = severity
      self.remedy = remedy
      self.fixes = fixes + [.ends(trouble)]
    }

    var testDescription: String { "\(problem) \(faults)" }
  }

  static let nodes = [
    State(
      .nodeNotReady("calypso"), problem: "node/calypso/not-ready", .critical,
      remedy: "describe node calypso", fixes: .nodeReady("calypso")),
    // Its pods disappear as well, and with them half of the replicas.
    State(
      .nodeNotReady("srv712695"), problem: "node/srv712695/not-ready", .critical,
      remedy: "describe node srv712695", fixes: .nodeReady("srv712695")),
    State(
      .leaseStopped("calypso"), problem: "node/calypso/lease-stale",
      remedy: "-n kube-node-lease get lease calypso", fixes: .leaseRenewed("calypso")),
    State(
      .nodeCordoned("calypso"), problem: "node/calypso/cordoned", remedy: "describe node calypso",
      fixes: .nodeUncordoned("calypso")),
    State(
      .nodeGone("calypso"), problem: "node/calypso/missing", .critical, remedy: "get nodes",
      fixes: .nodeBack("calypso")),
    State(
      .gpuLost("calypso"), problem: "node/calypso/gpu-lost", .critical, remedy: "nvidia-smi",
      fixes: .gpuFound("calypso")),
    State(
      .nodePressure("calypso", type: "DiskPressure"), problem: "node/calypso/DiskPressure",
      remedy: "describe node calypso"),
    State(
      .nodeCondition("srv712429", type: "EtcdIsVoter", status: "False", reason: "Unhealthy"),
      problem: "node/srv712429/EtcdIsVoter", remedy: "journalctl -u k3s"),
    State(
      .nodeCondition(
        "calypso", type: "FrequentKubeletRestart", status: "True", reason: "FrequentKubeletRestart"),
      problem: "node/calypso/FrequentKubeletRestart", remedy: "describe node calypso"),
    State(
      .nodeOutOfService("calypso"), problem: "node/calypso/taint", remedy: "describe node calypso"),
    State(.nodeJoined("extra"), problem: "node/extra/unexpected", remedy: "describe node extra"),
    State(
      .kubeletVersion("calypso", version: "v1.28.9+k3s1"), problem: "node/calypso/version-skew",
      remedy: "get nodes"),
  ]

  static let flux = [
    State(
      .kustomizationFailing("infrastructure"),
      problem: "flux/kustomization/flux-system/infrastructure/failed", .critical,
      remedy: "logs --kind=Kustomization --name=infrastructure", fixes: .kustomizationFixed("infrastructure")),
    State(
      .sourceRefused, problem: "flux/gitrepository/flux-system/flux-system/failed", .critical,
      remedy: "credentials in Secret flux-system/github-token", fixes: .sourceAccepted),
    State(
      .helmReleaseStalled, problem: "flux/helmrelease/cert-manager/cert-manager/failed", .critical,
      remedy: "nothing is retried until the object changes", fixes: .helmReleaseFixed),
    State(
      .suspended(kind: "Kustomization", name: "apps"),
      problem: "flux/kustomization/flux-system/apps/suspended", remedy: "describe kustomization",
      fixes: .resumed(kind: "Kustomization", name: "apps")),
    State(
      .chartsRefused, problem: "flux/helmrepository/flux-system/jetstack/failed", .critical,
      remedy: "logs --kind=HelmRepository --name=jetstack"),
    State(
      .controllerStopped("kustomize-controller"), after: 5400,
      problem: "flux/controller/kustomize-controller/stopped", .critical,
      remedy: "-n flux-system logs deployment/kustomize-controller"),
    State(
      .controllerMissing("image-automation-controller"), after: 5400,
      problem: "flux/controller/image-automation-controller/missing", .critical,
      remedy: "-n flux-system get deployments"),
    State(
      .workloadDown("flux-system/kustomize-controller"), after: 5400,
      problem: "workload/flux-system/kustomize-controller/deployment", .critical,
      remedy: "describe deployment kustomize-controller",
      fixes: .workloadUp("flux-system/kustomize-controller")),
    State(
      .scaledToZero("flux-system/image-reflector-controller"), after: 5400,
      problem: "workload/flux-system/image-reflector-controller/deployment", .critical,
      remedy: "describe deployment image-reflector-controller"),
    State(.fluxVersion("v2.7.0"), problem: "flux/version", remedy: "check"),
    State(
      .kustomizationHung("apps"), after: 600, problem: "flux/kustomization/flux-system/apps/stuck",
      remedy: "logs deployment/kustomize-controller"),
    State(
      .kustomizationForgotten("apps"), after: 5400, problem: "flux/kustomization/flux-system/apps/overdue",
      remedy: "logs deployment/kustomize-controller"),
    State(
      .dependencyMissing("apps"), after: 60, problem: "flux/kustomization/flux-system/apps/failed", .critical,
      remedy: "ghost does not exist"),
    State(
      .statusMissing(kind: "HelmRelease", name: "cert-manager"), after: 400,
      problem: "flux/helmrelease/cert-manager/cert-manager/stuck", remedy: "logs deployment/helm-controller"),
    State(
      .healthCheckFailing("apps"), problem: "flux/kustomization/flux-system/apps/failed", .critical,
      remedy: "logs --kind=Kustomization --name=apps"),
    // The crashing pods fail the health check, and so the Kustomization.
    State(
      .podsCrashing("cloudflared/cloudflared"), beside: .begins(.healthCheckFailing("apps")),
      problem: "workload/cloudflared/cloudflared/deployment", .critical, remedy: "--previous",
      fixes: .ends(.healthCheckFailing("apps"))),
    State(
      .terminating(kind: "Kustomization", name: "apps"), after: 900,
      problem: "flux/kustomization/flux-system/apps/terminating", remedy: "finalizers"),
    State(
      .answersWrong(.forbidden, on: "/helmcharts"), problem: "api/HelmChart/forbidden",
      remedy: "helmcharts", fixes: .answersRight),
  ]

  static let images = [
    State(
      .scanRefused("cloudflared"), problem: "image/repository/flux-system/cloudflared/failed",
      remedy: "logs --kind=ImageRepository --name=cloudflared"),
    State(
      .scanStopped("cloudflared"), after: 1800,
      problem: "image/repository/flux-system/cloudflared/scan-overdue",
      remedy: "logs --kind=ImageRepository --name=cloudflared"),
    State(
      .policyUnresolved("cloudflared"), problem: "image/policy/flux-system/cloudflared/failed",
      remedy: "logs --kind=ImagePolicy --name=cloudflared"),
    State(
      .policyMoved("cloudflared", tag: "2025.9.0"), after: 900,
      problem: "image/policy/flux-system/cloudflared/behind",
      remedy: "logs --kind=ImageUpdateAutomation --name=flux-system", fixes: .rollout("cloudflared")),
    State(
      .markerMissing, beside: .policyMoved("cloudflared", tag: "2025.9.0"), after: 900,
      problem: "image/policy/flux-system/cloudflared/behind",
      remedy: #"{"$imagepolicy": "flux-system:cloudflared"}"#,
      fixes: .rollout("cloudflared")),
    State(
      .pushRefused, beside: .policyMoved("cloudflared", tag: "2025.9.0"), after: 900,
      problem: "image/automation/flux-system/flux-system/failed",
      remedy: "logs --kind=ImageUpdateAutomation --name=flux-system", fixes: .rollout("cloudflared")),
    State(
      .pushNotFetched, beside: .policyMoved("cloudflared", tag: "2025.9.0"), after: 900,
      problem: "image/policy/flux-system/cloudflared/behind",
      remedy: "logs --kind=GitRepository --name=flux-system", fixes: .rollout("cloudflared")),
    State(
      .commitNotApplied, after: 3000, problem: "flux/kustomization/flux-system/flux-system/behind-source",
      remedy: "logs deployment/kustomize-controller"),
    State(
      .automationStopped, problem: "image/automation/flux-system/flux-system/overdue",
      remedy: "logs --kind=ImageUpdateAutomation --name=flux-system", fixes: .automationResumed),
    State(
      .suspended(kind: "ImageUpdateAutomation", name: "flux-system"),
      .policyMoved("cloudflared", tag: "2025.9.0"), after: 900,
      problem: "image/automation/flux-system/flux-system/suspended", remedy: "describe imageupdateautomation",
      fixes: .resumed(kind: "ImageUpdateAutomation", name: "flux-system"), .rollout("cloudflared")),
  ]

  static let platform = [
    State(
      .workloadDown("cloudflared/cloudflared"), problem: "workload/cloudflared/cloudflared/deployment",
      .critical, remedy: "-n cloudflared describe deployment cloudflared",
      fixes: .workloadUp("cloudflared/cloudflared")),
    State(
      .podsCrashing("cert-manager/cert-manager"),
      problem: "workload/cert-manager/cert-manager/deployment", remedy: "--all-containers --previous"),
    State(
      .podsPending("cert-manager/cert-manager"), after: 180,
      problem: "workload/cert-manager/cert-manager/deployment", remedy: "-n cert-manager describe pod"),
    State(.podsCrashing("kube-system/coredns"), problem: "pods/crash-looping", remedy: "-n kube-system logs"),
    State(
      .podsRestarting("kube-system/coredns"), problem: "pods/crash-looping", remedy: "--previous"),
    State(
      .podTerminating("kube-system/coredns"), after: 400, problem: "pods/terminating",
      remedy: "describe pod coredns-old"),
    State(
      .jobFailing("monitoring/migrate"), after: 700, problem: "workload/monitoring/migrate/job",
      remedy: "logs job/migrate"),
    State(
      .jobFailed("monitoring/migrate"), problem: "workload/monitoring/migrate/job", remedy: "logs job/migrate"
    ),
    State(
      .answersWrong(.forbidden, on: "/statefulsets"), problem: "api/StatefulSet/forbidden",
      remedy: "resources: [statefulsets]", fixes: .answersRight),
    State(
      .answersWrong(.forbidden, on: "/cronjobs"), problem: "api/cronjobs/forbidden",
      remedy: "resources: [cronjobs]", fixes: .answersRight),
    State(
      .podsPending("kube-system/coredns"), after: 180, problem: "pods/pending",
      remedy: "-n kube-system describe pod"),
    State(
      .rolloutStuck("cloudflared/cloudflared"), problem: "workload/cloudflared/cloudflared/deployment",
      .critical, remedy: "describe deployment cloudflared"),
    State(
      .certificateEnding, problem: "certificate/cloudflared/oceanid-tls/expiring",
      remedy: "describe certificate", fixes: .certificateRenewed),
    State(
      .certificateFailing, problem: "certificate/cloudflared/oceanid-tls/not-ready",
      remedy: "describe certificate"),
    State(
      .certificateExpired, problem: "certificate/cloudflared/oceanid-tls/expired", .critical,
      remedy: "describe certificate"),
    State(
      .stackFailed, problem: "stack/pulumi-system/oceanid-cluster/failed",
      remedy: "describe stacks.pulumi.com oceanid-cluster", fixes: .stackFixed),
    State(
      .stackStalled, problem: "stack/pulumi-system/oceanid-cluster/stalled",
      remedy: "describe stacks.pulumi.com oceanid-cluster"),
    State(
      .secretMissing("flux-system/github-token"), problem: "secret/flux-system/github-token/missing",
      .critical, remedy: "-n flux-system get secrets", fixes: .secretBack("flux-system/github-token")),
    State(
      .answersWrong(.forbidden, on: "/pods"), problem: "api/pods/forbidden", remedy: "resources: [pods]",
      fixes: .answersRight),
  ]

  @Test(arguments: sampled(nodes + flux + images + platform))
  func eachFaultIsOneProblemThatResolves(_ state: State) async throws {
    let cluster = try WatchedCluster()
    var history = PollHistory()
    let before = try await cluster.look(&history)
    #expect(before.problems.isEmpty, "\(before.problems)")
    #expect(before.verdict == .healthy)

    for fault in state.faults { cluster.demo.apply(fault) }
    let during = try await cluster.look(&history)
    if state.after > 0 {
      let allowed = during.problems.map(\.id).filter { $0 != "tethys/\(state.problem)" }
      #expect(allowed.isEmpty, "at once: \(during.problems)")
      cluster.demo.apply(.clockAhead(seconds: state.after))
    }
    let report = state.after > 0 ? try await cluster.look(&history) : during
    #expect(report.problems.map(\.id) == ["tethys/\(state.problem)"], "\(report.problems)")
    let problem = try #require(report.problems.first)
    #expect(problem.severity == state.severity)
    #expect(problem.remedy.contains(state.remedy), "\(problem.remedy)")
    // The state of Flux is unknown if one of its kinds cannot be read.
    let isBlind = state.problem == "api/HelmChart/forbidden"
    #expect(report.verdict == (state.severity == .critical ? .critical : isBlind ? .unknown : .degraded))
    #expect(!problem.detail.isEmpty || problem.id.hasSuffix("/missing") || problem.id.hasSuffix("/suspended"))

    for fix in state.fixes { cluster.demo.apply(fix) }
    let after = try await cluster.look(&history)
    #expect(after.problems.isEmpty, "\(after.problems)")
    #expect(after.verdict == .healthy)
  }

  /// An API group that is missing for a while, as when its custom resource definitions are replaced.
  @Test func aRemovedKindIsUnknownUntilConfirmed() async throws {
    let cluster = try WatchedCluster()
    var history = PollHistory()
    let before = try await cluster.look(&history)
    cluster.demo.apply(.groupMissing("helm.toolkit.fluxcd.io"))
    let during = try await cluster.look(&history)
    #expect(during.problems.map(\.id) == ["tethys/api/HelmRelease/bad_response"])
    #expect(during.verdict == .unknown)
    #expect(during.flux.count == before.flux.count)
    #expect(during.flux.allSatisfy { ($0.verdict == .unknown) == ($0.value.resource.kind == "HelmRelease") })
    // Discovery is read again and does not list the kind; one more poll must confirm that.
    let doubtful = try await cluster.look(&history)
    #expect(doubtful.problems.isEmpty, "\(doubtful.problems)")
    #expect(doubtful.verdict == .unknown)
    let after = try await cluster.look(&history)
    #expect(after.problems.map(\.title) == ["helm-controller runs, but its kind is not served"])
    #expect(after.flux.count == before.flux.count)
    cluster.demo.apply(.groupBack("helm.toolkit.fluxcd.io"))
    _ = try await cluster.look(&history)
    #expect(try await cluster.look(&history).verdict == .healthy)
  }

  /// Each definition of the demo's cluster is deleted.
  @Test(arguments: [
    "kustomizations.kustomize.toolkit.fluxcd.io", "imagepolicies.image.toolkit.fluxcd.io",
    "alerts.notification.toolkit.fluxcd.io", "certificates.cert-manager.io", "stacks.pulumi.com",
  ]) func aDeletedDefinitionIsOneProblem(definition: String) async throws {
    let cluster = try WatchedCluster()
    var history = PollHistory()
    #expect(try await cluster.look(&history).problems.isEmpty)
    cluster.demo.apply(.definitionDeleted(definition))
    var report = try await cluster.look(&history)
    for _ in 0..<3 { report = try await cluster.look(&history) }
    #expect(report.problems.count == 1)
    #expect(report.problems.first?.id.hasSuffix("/kinds/not-served") == true)
    #expect(report.problems.first?.detail.contains(definition) == true)
    #expect(report.verdict != .healthy)
  }

  @Test(arguments: Startup.Phase.allCases.filter { $0 != .down })
  func aStartingServerIsOneProblem(phase: Startup.Phase) async throws {
    let cluster = try WatchedCluster()
    var history = PollHistory()
    let before = try await cluster.look(&history)
    cluster.demo.apply(.starting(phase))
    for _ in 0..<3 {
      let report = try await cluster.look(&history)
      #expect(report.problems.map(\.id) == ["tethys/api/not-ready"])
      #expect(report.objects == before.objects)
      #expect(report.certificates.count == before.certificates.count)
      #expect(report.stacks.count == before.stacks.count)
    }
    cluster.demo.apply(.started)
    #expect(try await cluster.look(&history).verdict == .healthy)
  }

  @Test func suspendedObjectsAreDistinguishedFromStuckOnes() async throws {
    let cluster = try WatchedCluster()
    var history = PollHistory()
    cluster.demo.apply(.begins(.automationMissing))
    cluster.demo.apply(.policyMoved("cloudflared", tag: "2025.9.0"))
    _ = try await cluster.look(&history)
    cluster.demo.apply(.clockAhead(seconds: 86_400))
    let report = try await cluster.look(&history)
    #expect(report.problems.isEmpty, "\(report.problems)")
    let policy = try #require(report.policies.first { $0.policy.value.resource.name == "cloudflared" })
    #expect(policy.isBehind == true)
    #expect(policy.standstill == .held)
    #expect(policy.policy.message.hasPrefix("held manually: no automation covers"))
  }

  @Test func statusOfAHealthyCluster() async throws {
    let cluster = try WatchedCluster()
    var history = PollHistory()
    let report = try await cluster.look(&history)
    #expect(report.nodes.map(\.status) == ["Ready", "Ready", "Ready"])
    #expect(report.nodes.map(\.node.roles) == [[], ["control-plane", "master"], []])
    #expect(report.nodes.map { $0.node.internalIP } == ["10.0.0.3", "10.0.0.1", "10.0.0.2"])
    #expect(report.controllers.count == 6)
    #expect(report.controllers.allSatisfy { $0.distribution == "v2.6.4" && $0.renewedAt != nil })
    #expect(
      report.policies.map { $0.policy.value.range } == ["semver 1.18.x", "semver >=2025.8.0 <2026.0.0"])
    #expect(report.policies.map(\.isBehind) == [false, false])
    #expect(report.secrets.map(\.isPresent) == [true])
    #expect(report.pods.map { $0.total > 10 && $0.crashLooping.isEmpty } == true)
  }
}
