import GuardAPI
import GuardTypes
import Health

/// The time for a text in the scenes.
func at(_ text: String) -> Timestamp { Timestamp(rfc3339: text) ?? Timestamp(seconds: 0) }

/// The situations in which the client's output is checked. Their current time is 2026-03-01T04:24:07Z.
enum Scene: String, CaseIterable {
  case healthy, nodeDown, backoff, blocked, forbidden, unread, starting, hostile, noCluster

  static let now = at("2026-03-01T04:24:07Z")

  var status: StatusDocument {
    switch self {
    case .healthy: Scene.document(Scene.report())
    case .nodeDown:
      Scene.document(
        Scene.report(
          verdict: .critical, summary: "node calypso is not ready", nodes: Scene.nodes(calypso: .critical),
          problems: [
            Problem(
              .node(.notReady), id: "tethys/node/calypso/not-ready", severity: .critical, cluster: "tethys",
              subject: "node calypso", title: "node calypso is not ready",
              detail: "NodeStatusUnknown: Kubelet stopped posting node status.",
              since: at("2026-03-01T04:12:07Z"),
              step: NextStep(command: "ssh calypso systemctl status k3s-agent")),
            Problem(
              .image(.behind), id: "tethys/image/cert-manager/behind", severity: .warning, cluster: "tethys",
              subject: "imagepolicy flux-system/cert-manager", title: "runs v1.18.1 instead of v1.18.2",
              detail: "deployment cert-manager/cert-manager still runs quay.io/jetstack/cert-manager:v1.18.1",
              since: at("2026-02-28T22:00:00Z"),
              step: NextStep(command: "flux get image update -n flux-system")),
          ], behind: true))
    case .backoff:
      Scene.document(
        Scene.report(
          verdict: .critical, summary: "the tunnel to tethys is down: connect_refused",
          nodes: Scene.nodes(all: .unknown), verdicts: .unknown, problems: [Scene.tunnelDown]),
        tunnel: TunnelDocument(
          state: .backoff, since: at("2026-03-01T04:12:07Z"), host: "tethys", reconnects: 3, attempt: 7,
          nextAttemptAt: at("2026-03-01T04:24:19Z"), lastError: Scene.refused, forwards: [Scene.forward]),
        poll: Scene.poll(.tunnelDown, "the tunnel is down"), api: APIDocument(version: "v1.33.4+k3s1"))
    case .blocked:
      Scene.document(
        Scene.report(
          verdict: .critical, summary: "the tunnel to tethys is blocked: host_key_changed",
          nodes: Scene.nodes(all: .unknown), verdicts: .unknown,
          problems: [
            Problem(
              .access(.tunnelDown), id: "tethys/tunnel/host_key_changed", severity: .critical,
              cluster: "tethys",
              subject: "tunnel", title: "the host key of tethys is not the one in known_hosts",
              detail: """
                tethys (192.0.2.7:22) shows ssh-ed25519 SHA256:2b8fQ6Yc1mZkq0cXl1yB3n7Wv9t5s4r3q2p1o0NmLkJ, \
                known_hosts has another key: either it was reinstalled or somebody is in between.
                """, since: at("2026-03-01T04:12:07Z"),
              step: NextStep(
                command: "compare with the console of tethys, then: ssh-keygen -R tethys && ssh tethys true"))
          ]),
        tunnel: TunnelDocument(
          state: .blocked, since: at("2026-03-01T04:12:07Z"), host: "tethys", peer: "192.0.2.7:22",
          attempt: 3,
          nextAttemptAt: at("2026-03-01T04:27:07Z"),
          lastError: .init(
            TunnelHealth.Failure(
              code: .hostKeyChanged, message: "tethys shows another host key than known_hosts has",
              remedy: "", at: at("2026-03-01T04:22:07Z"))), forwards: [Scene.forward]),
        poll: Scene.poll(.tunnelDown, "the tunnel is down"), api: APIDocument(version: "v1.33.4+k3s1"))
    case .forbidden:
      Scene.document(
        Scene.report(
          verdict: .unknown, summary: "the API refuses the guard: forbidden",
          nodes: Scene.nodes(all: .unknown),
          verdicts: .unknown,
          problems: [
            Problem(
              .api(.failing), id: "tethys/api/forbidden", severity: .critical, cluster: "tethys",
              subject: "API",
              title: "the API forbids the guard to list nodes",
              detail: "GET /api/v1/nodes: 403 Forbidden for user \"guard\"",
              since: at("2026-03-01T04:20:07Z"),
              step: NextStep(command: "kubectl auth can-i list nodes --kubeconfig ~/.kube/k3s-config.yaml"))
          ]),
        poll: Scene.poll(.forbidden, "GET /api/v1/nodes: 403 Forbidden for user \"guard\""))
    case .unread: Scene.partlyRead
    case .starting:
      Scene.document(
        ClusterReport(name: "tethys", verdict: .unknown, summary: "starting"),
        tunnel: TunnelDocument(
          state: .connecting, since: at("2026-03-01T04:24:06Z"), host: "tethys", attempt: 1,
          forwards: [Scene.forward]),
        poll: PollDocument(at: nil, seenAt: nil, duration: nil, failure: nil, now: Scene.now),
        api: APIDocument())
    case .hostile:
      Scene.document(
        Scene.report(
          verdict: .degraded, summary: "\u{1B}]0;owned\u{07}日本語 \u{202E}evil",
          nodes: [
            Scene.node("nasty\u{1B}[2J\u{9B}31m", status: "Ready\nNotReady", verdict: .degraded)
          ],
          problems: [
            Problem(
              .node(.condition), id: "tethys/node/x", severity: .warning, cluster: "tethys",
              subject: "node \u{1B}[1A",
              title: "title\r\nfaked line", detail: "tab\there\u{0}", since: at("2026-03-01T04:12:07Z"),
              step: NextStep(command: "echo \u{1B}[8mhidden"))
          ]))
    case .noCluster:
      StatusDocument(version: "0.1.0", generatedAt: Scene.now, clusters: [], problems: [])
    }
  }

  static let forward = ForwardDocument(
    listen: "127.0.0.1:16443", target: "localhost:6443", state: .listening, openConnections: 2,
    acceptedConnections: 91, bytesFromTarget: 1_572_864, bytesToTarget: 40_960, rateFromTarget: 12_288,
    rateToTarget: 0,
    recent: [
      ConnectionDocument(
        origin: "127.0.0.1:51302", openedAt: at("2026-03-01T04:23:55Z"), bytesFromTarget: 819_200,
        bytesToTarget: 2048),
      ConnectionDocument(
        origin: "127.0.0.1:51298", openedAt: at("2026-03-01T04:22:02Z"),
        endedAt: at("2026-03-01T04:22:02.087Z"), bytesFromTarget: 34_816, bytesToTarget: 1931,
        end: "closed_by_client"),
      ConnectionDocument(
        origin: "127.0.0.1:51001", openedAt: at("2026-03-01T01:05:12Z"), endedAt: at("2026-03-01T01:12:09Z"),
        bytesFromTarget: 700_000, bytesToTarget: 30_000, end: "tunnel_lost"),
      ConnectionDocument(
        origin: "127.0.0.1:50998", openedAt: at("2026-03-01T01:05:07Z"),
        endedAt: at("2026-03-01T01:05:07.004Z"),
        end: "refused", reason: "connect failed: Connection refused by localhost port 6443"),
    ])

  /// Up for days except for three minutes, with a requested reconnect.
  static let history = [
    StateSpanDocument(state: .down, since: at("2026-02-26T01:12:43Z"), until: at("2026-02-26T01:12:44Z")),
    StateSpanDocument(state: .up, since: at("2026-02-26T01:12:44Z"), until: at("2026-03-01T01:12:09Z")),
    StateSpanDocument(
      state: .down, since: at("2026-03-01T01:12:09Z"), until: at("2026-03-01T01:15:11Z"),
      code: "keepalive_timeout"),
    StateSpanDocument(state: .up, since: at("2026-03-01T01:15:11Z"), until: at("2026-03-01T03:00:00Z")),
    StateSpanDocument(state: .down, since: at("2026-03-01T03:00:00Z"), until: at("2026-03-01T03:00:01Z")),
    StateSpanDocument(state: .up, since: at("2026-03-01T03:00:01Z")),
  ]

  /// The API answers, but not for the nodes, one kind of Flux, the scans and the workloads.
  private static var partlyRead: StatusDocument {
    let parts: [(String, Problem.Kind)] = [
      ("nodes", .node), ("Kustomization", .flux), ("image repositories", .image), ("workloads", .workload),
    ]
    let gaps = parts.map { part, kind in
      Problem(
        .api(.partUnreadable), id: "tethys/api/\(part)/forbidden", severity: .warning, cluster: "tethys",
        subject: part,
        title: "\(part) can't be read", detail: "GET: 403 Forbidden for user \"guard\"",
        since: at("2026-03-01T04:20:07Z"), step: NextStep(command: "kubectl apply -f config/rbac.yaml"),
        hides: [kind])
    }
    var status = document(
      report(
        verdict: .unknown, summary: "Kustomization can't be read; 3 more problems",
        nodes: nodes(all: .unknown), problems: gaps))
    let old = "last seen at 2026-03-01T04:20:04Z"
    var cluster = status.clusters[0]
    (cluster.flux.objects[1].verdict, cluster.flux.objects[1].message) = (.unknown, old)
    (cluster.images.repositories[0].verdict, cluster.images.repositories[0].message) = (.unknown, old)
    for index in cluster.images.policies.indices {
      cluster.images.policies[index].running = nil
      cluster.images.policies[index].behind = nil
    }
    (cluster.workloads[0].verdict, cluster.workloads[0].message) = (.unknown, old)
    cluster.secrets[0].present = nil
    status.clusters = [cluster]
    return status
  }

  static let refused = TunnelDocument.Failure(
    TunnelHealth.Failure(
      code: .connectRefused, message: "192.0.2.7:22 refuses connections", remedy: "ssh tethys true",
      at: at("2026-03-01T04:23:49Z")))

  static let tunnelDown = Problem(
    .access(.tunnelDown), id: "tethys/tunnel/down", severity: .critical, cluster: "tethys", subject: "tunnel",
    title: "the SSH tunnel to tethys is down", detail: "192.0.2.7:22 refuses connections",
    since: at("2026-03-01T04:12:07Z"), step: NextStep(command: "ssh -v tethys true"))

  static func poll(_ code: PollErrorCode, _ message: String) -> PollDocument {
    PollDocument(
      at: at("2026-03-01T04:24:04Z"), seenAt: at("2026-03-01T04:12:04Z"), duration: .milliseconds(87),
      failure: PollFailure(code: code, message: message, remedy: ""), now: now)
  }

  static func document(
    _ report: ClusterReport,
    tunnel: TunnelDocument = TunnelDocument(
      state: .up, since: at("2026-02-26T01:12:44Z"), host: "tethys", peer: "192.0.2.7:22", user: "root",
      hostKey: "SHA256:2b8fQ6Yc1mZkq0cXl1yB3n7Wv9t5s4r3q2p1o0NmLkJ", cipher: "aes128-ctr", roundTripMs: 41.2,
      reconnects: 3, forwards: [forward], history: history),
    poll: PollDocument = PollDocument(
      at: at("2026-03-01T04:24:04Z"), seenAt: at("2026-03-01T04:24:04Z"), duration: .milliseconds(87),
      failure: nil, now: now),
    api: APIDocument = APIDocument(version: "v1.33.4+k3s1", ready: true)
  ) -> StatusDocument {
    StatusDocument(
      version: "0.1.0", generatedAt: now,
      clusters: [ClusterDocument(report: report, tunnel: tunnel, poll: poll, api: api, now: now)],
      problems: report.problems)
  }

  static func report(
    verdict: Verdict = .healthy, summary: String = "3 nodes Ready, Flux v2.6.4, 2 image policies",
    nodes: [NodeReport] = nodes(all: .healthy), verdicts: Verdict = .healthy, problems: [Problem] = [],
    behind: Bool = false
  ) -> ClusterReport {
    ClusterReport(
      name: "tethys", verdict: verdict, summary: summary, isFluxInstalled: true, fluxVersion: "v2.6.4",
      nodes: nodes,
      flux: [
        flux("GitRepository", "flux-system", "stored artifact for revision 'main@sha1:\(commit)'", verdicts),
        flux("Kustomization", "flux-system", "Applied revision: main@sha1:\(commit)", verdicts),
      ],
      policies: [
        policy(
          "cert-manager", image: "quay.io/jetstack/cert-manager-controller", latest: "v1.18.2",
          running: behind ? "v1.18.1" : "v1.18.2", behind ? .degraded : verdicts),
        policy(
          "cloudflared", image: "docker.io/cloudflare/cloudflared", latest: "2026.2.0",
          running: "2026.2.0", verdicts),
      ],
      repositories: [
        Judged(
          value: ImageRepository(
            resource: resource("ImageRepository", "cert-manager"),
            image: "quay.io/jetstack/cert-manager-controller",
            lastScanTime: at("2026-03-01T04:20:00Z"), tagCount: 120), verdict: verdicts,
          message: "successful scan: found 120 tags")
      ],
      workloads: [
        Judged(
          value: Workload(
            resource: Resource(kind: "Deployment", namespace: "cloudflared", name: "cloudflared"), desired: 2,
            ready: 2, available: 2, updated: 2), verdict: verdicts)
      ],
      secrets: [SecretPresence(namespace: "flux-system", name: "github-token", isPresent: true)],
      problems: problems)
  }

  static let commit = "8f3c1a2b9d7e6f504132a4b5c6d7e8f901234567"

  static func nodes(all verdict: Verdict = .healthy, calypso: Verdict? = nil) -> [NodeReport] {
    [
      node(
        "calypso", roles: ["gpu"], status: (calypso ?? verdict) == .critical ? "NotReady" : "Ready",
        verdict: calypso ?? verdict, gpus: 1),
      node("srv712429", roles: ["control-plane", "master"], status: "Ready", verdict: verdict),
      node("srv712695", status: "Ready", verdict: verdict),
    ]
  }

  static func node(
    _ name: String, roles: [String] = [], status: String, verdict: Verdict, gpus: Int? = nil
  ) -> NodeReport {
    let ready = Condition(
      type: "Ready", status: status == "Ready" ? .isTrue : .unknown,
      reason: status == "Ready" ? "KubeletReady" : "NodeStatusUnknown",
      message: status == "Ready" ? "kubelet is posting ready status" : "Kubelet stopped posting node status.",
      lastTransitionTime: at("2026-03-01T04:12:07Z"))
    return NodeReport(
      node: Node(
        resource: Resource(
          kind: "Node", name: name, creationTimestamp: at("2025-11-01T00:00:00Z"), conditions: [ready]),
        roles: roles, kubeletVersion: "v1.33.4+k3s1", allocatableGPUs: gpus),
      verdict: verdict, status: status, isExpected: true)
  }

  private static func resource(_ kind: String, _ name: String) -> Resource {
    Resource(
      kind: kind, group: "toolkit.fluxcd.io", namespace: "flux-system", name: name,
      conditions: [Condition(type: "Ready", status: .isTrue)])
  }

  private static func flux(
    _ kind: String, _ name: String, _ message: String, _ verdict: Verdict
  ) -> Judged<FluxObject> {
    Judged(
      value: FluxObject(resource: resource(kind, name), revision: "main@sha1:\(commit)"), verdict: verdict,
      reason: "Succeeded", message: message, since: at("2026-02-28T20:00:00Z"))
  }

  private static func policy(
    _ name: String, image: String, latest: String, running: String, _ verdict: Verdict
  ) -> ImagePolicyReport {
    ImagePolicyReport(
      policy: Judged(
        value: ImagePolicy(
          resource: resource("ImagePolicy", name),
          repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: name),
          range: "semver 1.18.x", latestImage: "\(image):\(latest)"), verdict: verdict, reason: "Succeeded",
        message: "Latest image tag for \(image) resolved to \(latest)"),
      running: verdict == .unknown
        ? nil : [.init(image: "\(image):\(running)", workload: "deployment \(name)/\(name)")],
      isBehind: verdict == .unknown ? nil : latest != running,
      behindSince: latest == running ? nil : at("2026-02-28T22:00:00Z"),
      standstill: latest == running ? nil : .push)
  }
}
