import GuardTypes

@testable import Health

/// For each problem a situation that fires it.
enum ProblemSituations {
  static let reports: [ClusterReport] =
    access + api + nodes + flux + images + workloads + platform + [pipeline]

  private static func failure(_ code: PollErrorCode = .forbidden) -> PollFailure {
    PollFailure(code: code, message: "no", remedy: "grant it")
  }

  private static let broken = Fixture.condition("Ready", .isFalse, "BuildFailed", "no")

  /// A deletion that a finalizer holds up.
  private static let gone = Fixture.ago(9000)

  private static func ready(ago seconds: Int64) -> Condition {
    Fixture.condition("Ready", .isTrue, ago: seconds)
  }

  /// The rules of the pipeline are in another module, and give the facts of their declarations.
  private static var pipeline: ClusterReport {
    let names = [
      "workflow", "state", "repository", "url", "run", "outcome", "id", "age", "advice", "environment",
      "commit",
      "stack", "deployment", "step", "pool", "seen", "scope", "update", "namespace", "name", "branch",
      "source",
      "api", "expires", "place", "key", "value",
    ]
    return Fixture.report(
      Observation(
        cluster: "tethys", listen: "127.0.0.1:16443", kubeconfig: "/home/ann/.kube/k3s-config.yaml",
        tunnel: Fixture.tunnel(), snapshot: Fixture.snapshot(), snapshotAt: Fixture.ago(3), pollFailure: nil,
        pollInterval: .seconds(15), expectations: Expectations(),
        findings: PipelineProblem.allCases.map { problem in
          .init(
            .pipeline(problem), Dictionary(uniqueKeysWithValues: names.map { ($0, "x") }), subject: "pipeline"
          )
        }))
  }

  // MARK: The way to the cluster

  private static var access: [ClusterReport] {
    func report(_ tunnel: TunnelHealth) -> ClusterReport {
      Fixture.report(Fixture.observation(nil, tunnel: tunnel))
    }
    func forward(
      _ state: ForwardState = .listening, shortage: String? = nil,
      limitedClients: [TunnelHealth.LimitedClient] = [],
      refusal: TunnelHealth.Failure? = nil
    ) -> ClusterReport {
      report(
        Fixture.tunnel(forwards: [
          .init(
            listen: "127.0.0.1:16443", target: "localhost:6443", state: state, holder: nil,
            shortage: shortage, limitedClients: limitedClients, refusal: refusal)
        ]))
    }
    let refused = TunnelHealth.Failure(
      code: .connectRefused, message: "refused", remedy: "check sshd", at: Fixture.ago(30))
    return [
      report(Fixture.tunnel(.backoff, refused)), report(Fixture.tunnel(.blocked, refused)),
      report(Fixture.tunnel(.stopped)), forward(.portBusy),
      forward(shortage: "too many open files"),
      forward(limitedClients: [.init(key: "uid-1001", name: "alice (uid 1001)", openConnections: 448)]),
      forward(refusal: refused),
    ]
  }

  private static var api: [ClusterReport] {
    PollErrorCode.allCases.filter { $0 != .tunnelDown }.map {
      Fixture.report(Fixture.observation(failure: failure($0)))
    } + [
      Fixture.report(Fixture.observation(at: Fixture.ago(46))),
      Fixture.report { $0.isReady = false },
      Fixture.report { $0.nodes = .failed(failure()) },
      Fixture.report {
        $0.nodes = .failed(failure(.timeout))
        $0.pods = .failed(failure(.timeout))
      },
      Fixture.report {
        $0.undecodable = (0..<7).map {
          UndecodableObject(kind: "Pod", namespace: "apps", name: "web-\($0)", reason: "spec is null")
        }
      },
      Fixture.report { $0.isServerUnverified = true },
      Fixture.report(Fixture.observation(mismatch: Fixture.mismatch)),
      Fixture.report { $0.clientCertificateExpiry = Fixture.now + .seconds(13 * 86_400) },
      Fixture.report { $0.authorityExpiry = Fixture.now + .seconds(13 * 86_400) },
      Fixture.report { $0.serverCertificateExpiry = Fixture.now + .seconds(13 * 86_400) },
    ]
  }

  // MARK: Nodes

  private static var nodes: [ClusterReport] {
    func report(_ node: Node, _ expectations: Expectations = Expectations()) -> ClusterReport {
      Fixture.report(expectations) { $0.nodes = .seen([node]) }
    }
    let deleted = Node(
      resource: Resource(
        kind: "Node", name: "calypso", creationTimestamp: Fixture.ago(86_400), deletionTimestamp: gone,
        conditions: [ready(ago: 600)]), kubeletVersion: "v1.33.4+k3s1")
    func condition(_ type: String, _ status: Condition.Status = .isTrue) -> ClusterReport {
      report(Fixture.node("calypso", [ready(ago: 600), Fixture.condition(type, status)]))
    }
    return [
      report(Fixture.node("calypso", [Fixture.condition("Ready", .isFalse)])),
      Fixture.report {
        $0.nodes = .seen([Fixture.node("calypso")])
        $0.certificateWarnings = [
          NodeCertificateWarning(node: "calypso", message: "restart k3s on this node")
        ]
      },
      report(Fixture.node("extra"), Expectations(nodes: ["calypso"])),
      report(Fixture.node("calypso", renewed: Fixture.ago(31))),
      report(Fixture.node("calypso", cordoned: true)), report(deleted),
      Fixture.report { $0.nodes = .seen([]) },
      report(
        Node(
          resource: Fixture.node("calypso").resource,
          taints: [Node.Taint(key: "node.kubernetes.io/out-of-service", effect: "NoExecute")])),
      report(Fixture.node("calypso", gpus: 0), Expectations(gpus: ["calypso": 1])),
      report(
        Node(
          resource: Fixture.node("calypso").resource,
          lostDevices: [Node.Device(resource: "furiosa.ai/npu", capacity: "2")])),
      report(Fixture.node("calypso", version: "v1.28.9+k3s1")), condition("DiskPressure"),
      condition("MemoryPressure"), condition("PIDPressure"), condition("NetworkUnavailable"),
      condition("EtcdIsVoter", .isFalse), condition("KernelDeadlock"), condition("FrequentKubeletRestart"),
    ]
  }

  // MARK: Flux

  private static func controller(_ name: String, version: String? = "v2.6.4") -> Workload {
    Workload(
      resource: Fixture.resource("Deployment", name, []), desired: 1, ready: 1, available: 1, updated: 1,
      partOf: "flux", version: version)
  }

  private static var controllers: [Workload] {
    ["source-controller", "kustomize-controller", "helm-controller"].map { controller($0) }
  }

  private static var flux: [ClusterReport] {
    let wanted = Expectations(fluxVersion: "v2.6.4")
    func objects(_ objects: FluxObject..., controllers: [Workload] = []) -> ClusterReport {
      Fixture.report {
        $0.flux = .seen([Fixture.git()] + objects)
        $0.workloads = .seen(controllers)
      }
    }
    func waiting(for name: String) -> FluxObject {
      Fixture.kustomization(
        "apps", [Fixture.condition("Ready", .isFalse, "DependencyNotReady", "no", ago: 3600)],
        dependsOn: [Reference(kind: "Kustomization", namespace: "flux-system", name: name)])
    }
    return [
      Fixture.report(wanted) { $0.flux = .notServed },
      Fixture.report(wanted) { _ in },
      objects(Fixture.kustomization("apps"), controllers: [controller("source-controller")]),
      Fixture.report {
        $0.workloads = .seen(controllers)
        $0.leaderLeases = .seen([
          LeaderLease(
            namespace: "flux-system", name: "kustomize-controller-leader-election",
            renewTime: Fixture.ago(100))
        ])
      },
      objects(
        Fixture.kustomization("a", [ready(ago: 90_000)]), Fixture.kustomization("b", [ready(ago: 90_000)])),
      Fixture.report(Expectations(fluxVersion: "v2.7.0")) { $0.workloads = .seen(controllers) },
      Fixture.report(wanted) {
        $0.workloads = .seen([
          controller("source-controller", version: nil), controller("kustomize-controller", version: nil),
        ])
      },
      objects(Fixture.kustomization("apps", [broken])), objects(waiting(for: "ghost")),
      objects(
        waiting(for: "base"), Fixture.kustomization("base", [Fixture.condition("Ready", .unknown, ago: 30)])),
      objects(Fixture.kustomization("apps", suspended: true)),
      objects(Fixture.kustomization("apps", deleted: Fixture.ago(700))),
      objects(Fixture.kustomization("apps", [])),
      objects(Fixture.kustomization("apps", [ready(ago: 90_000)]), Fixture.kustomization("base")),
      objects(
        FluxObject(
          resource: Fixture.resource("Kustomization", "apps"), revision: "main@sha1:a",
          interval: .seconds(600), request: .init(value: "r", time: Fixture.ago(3600)))),
      Fixture.report {
        $0.flux = .seen([
          Fixture.git(revision: "main@sha1:b", updated: Fixture.ago(9000)), Fixture.kustomization("apps"),
        ])
      },
      objects(
        Fixture.kustomization(
          "apps", [Fixture.condition("Ready", .isFalse, "DependencyNotReady", "no", ago: 3600)],
          dependsOn: [Reference(kind: "Kustomization", namespace: "flux-system", name: "apps")])),
      emptied, gone("Kustomization", controllers), gone("Certificate", [certManager]),
      gone("Stack", [pulumi]),
    ]
  }

  private static var emptied: ClusterReport {
    Fixture.report(
      Fixture.observation(
        Fixture.snapshot {
          $0.kinds = ServedKinds(served: ["Kustomization"])
          $0.flux = .seen([Fixture.git()])
        }), history: PollHistory(kinds: ["Kustomization": PollHistory.KnownKind(objects: 89)]))
  }

  private static let certManager = Workload(
    resource: Fixture.resource("Deployment", "cert-manager", namespace: "cert-manager", []), desired: 1,
    ready: 1, available: 1, updated: 1, images: ["quay.io/jetstack/cert-manager-controller:v1.18.2"])
  private static let pulumi = Workload(
    resource: Fixture.resource("Deployment", "operator", namespace: "pulumi", []), desired: 1, ready: 1,
    available: 1, updated: 1, images: ["docker.io/pulumi/pulumi-kubernetes-operator:v2.2.0"])

  private static func gone(_ kind: String, _ workloads: [Workload]) -> ClusterReport {
    Fixture.report {
      $0.kinds = ServedKinds(absent: [kind])
      $0.workloads = .seen(workloads)
    }
  }

  // MARK: Images

  private static var images: [ClusterReport] {
    let image = "ghcr.io/a/app"
    func repository(
      _ conditions: [Condition] = [Fixture.ready], suspended: Bool = false, scanned: Int64 = 30,
      tags: Int? = nil, deleted: Timestamp? = nil
    ) -> ImageRepository {
      ImageRepository(
        resource: Fixture.resource("ImageRepository", "app", deleted: deleted, conditions),
        isSuspended: suspended,
        image: image, interval: .seconds(300), lastScanTime: Fixture.ago(scanned), tagCount: tags)
    }
    func report(
      _ repository: ImageRepository, ran: Int64 = 30, saw: String? = nil, runs: String? = nil
    ) -> ClusterReport {
      Fixture.report {
        $0.imageRepositories = .seen([repository])
        $0.imagePolicies = .seen([
          ImagePolicy(
            resource: Fixture.resource("ImagePolicy", "app", [ready(ago: 10_800)]),
            repository: repository.resource.reference, latestImage: "\(image):v2")
        ])
        $0.imageUpdateAutomations = .seen([
          ImageUpdateAutomation(
            resource: Fixture.resource("ImageUpdateAutomation", "main"), interval: .seconds(60),
            lastRunTime: Fixture.ago(ran), lastPushTime: Fixture.ago(86_400),
            observedPolicies: saw.map { ["app": $0] })
        ])
        if let runs {
          $0.cronJobs = .seen([
            CronJob(resource: Fixture.resource("CronJob", "nightly"), images: ["\(image):\(runs)"])
          ])
        }
      }
    }
    let orphan = Fixture.report {
      $0.imagePolicies = .seen([
        ImagePolicy(
          resource: Fixture.resource("ImagePolicy", "app", [broken]),
          repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: "ghost"))
      ])
    }
    return [
      orphan, report(repository([broken])), report(repository(suspended: true)), report(repository([])),
      report(repository(deleted: gone)), report(repository(scanned: 2000)), report(repository(tags: 0)),
      report(repository(), ran: 9000),
      report(repository(), saw: "\(image):v1"), report(repository(), runs: "v1"),
    ]
  }

  // MARK: What runs

  private static var workloads: [ClusterReport] {
    let wanted = Expectations(workloads: [.init(namespace: "cloudflared", name: "cloudflared")])
    func pods(_ pods: Pod...) -> ClusterReport {
      Fixture.report { $0.pods = .seen(PodCensus(total: 3, unhealthy: pods)) }
    }
    func pod(_ phase: String, _ conditions: [Condition] = [], deleted: Timestamp? = nil) -> Pod {
      Pod(
        resource: Resource(
          kind: "Pod", namespace: "apps", name: "web", creationTimestamp: Fixture.ago(86_400),
          deletionTimestamp: deleted, conditions: conditions), phase: phase, isReady: false)
    }
    func job(
      _ conditions: [Condition], of cronJob: String? = nil, deleted: Timestamp? = nil
    ) -> ClusterReport {
      Fixture.report {
        $0.jobs = .seen([
          Job(
            resource: Fixture.resource("Job", "migrate", namespace: "apps", deleted: deleted, conditions),
            startTime: conditions.isEmpty ? nil : Fixture.ago(3600),
            cronJob: cronJob.map { Reference(kind: "CronJob", namespace: "apps", name: $0) })
        ])
      }
    }
    let failed = Fixture.condition("Failed", .isTrue, "BackoffLimitExceeded", "enough")
    let failing = Fixture.report {
      $0.jobs = .seen([
        Job(
          resource: Fixture.resource("Job", "migrate", namespace: "apps", []), startTime: Fixture.ago(3600),
          counts: Job.Counts(failed: 3))
      ])
    }
    return [
      failing,
      Fixture.report(wanted) { _ in },
      Fixture.report(wanted) {
        $0.workloads = .seen([
          Workload(
            resource: Fixture.resource("Deployment", "cloudflared", namespace: "cloudflared", []),
            desired: 1, ready: 0, available: 0, updated: 1)
        ])
      },
      Fixture.report {
        $0.cronJobs = .seen([
          CronJob(
            resource: Fixture.resource("CronJob", "backup", namespace: "apps", []),
            timing: CronJob.Timing(schedule: "*/5 * * * *", lastScheduled: Fixture.ago(86_400)))
        ])
      },
      Fixture.report {
        $0.cronJobs = .seen([
          CronJob(
            resource: Fixture.resource("CronJob", "backup", namespace: "apps", []),
            lastSuccessfulTime: Fixture.ago(86_400),
            timing: CronJob.Timing(schedule: "*/30 * * * *", timeZone: "UTC", lastScheduled: Fixture.ago(900))
          )
        ])
        $0.jobs = .seen([])
      },
      job([failed]), job([failed], of: "backup"), job([]), job([], deleted: gone),
      job([Fixture.condition("FailureTarget", .isTrue, "BackoffLimitExceeded", ago: 900)]),
      pods(Fixture.pod("x", waiting: "CrashLoopBackOff")), pods(pod("Pending"), pod("Pending")),
      pods(pod("Running", [Fixture.condition("Ready", .isFalse, ago: 700)])),
      pods(pod("Running", deleted: Fixture.ago(86_400))), pods(pod("Failed")),
    ]
  }

  private static var platform: [ClusterReport] {
    func certificate(
      _ end: Int64?, _ renewal: Int64?, _ conditions: [Condition] = [Fixture.ready],
      deleted: Timestamp? = nil
    ) -> ClusterReport {
      Fixture.report {
        $0.certificates = .seen([
          Certificate(
            resource: Fixture.resource("Certificate", "web", namespace: "web", deleted: deleted, conditions),
            notAfter: end.map { Fixture.now + .seconds($0 * 86_400) },
            renewalTime: renewal.map { Fixture.now + .seconds($0 * 86_400) })
        ])
      }
    }
    func stack(
      _ state: String?, _ conditions: [Condition], resynced: Int64 = 60, deleted: Timestamp? = nil
    ) -> ClusterReport {
      Fixture.report {
        $0.stacks = .seen([
          Stack(
            resource: Fixture.resource("Stack", "infra", deleted: deleted, conditions),
            lastUpdateState: state,
            lastUpdateTime: Fixture.ago(resynced), resyncInterval: .seconds(300))
        ])
      }
    }
    return [
      Fixture.report {
        $0.secrets = .seen([SecretPresence(namespace: "flux-system", name: "token", isPresent: false)])
      },
      certificate(0, -30), certificate(6, -24), certificate(60, 30, [broken]), certificate(25, -5),
      certificate(60, 30, deleted: gone), stack("succeeded", [Fixture.ready], deleted: gone),
      stack("failed", [Fixture.condition("Stalled", .isTrue, "SpecInvalid")]),
      stack("failed", [Fixture.ready]), stack("succeeded", [Fixture.condition("Ready", .isFalse, ago: 4000)]),
      stack("succeeded", [Fixture.ready], resynced: 3000),
    ]
  }
}
