import FoundationEssentials
import GuardTypes
import Health
import IncidentTracking
import Testing

@testable import GuardAPI

/// The whole document, byte for byte: a change here is a change of what scripts read.
@Suite struct GoldenTests {
  private let now = Timestamp(seconds: 1_772_339_047)

  private func resource(_ kind: String, _ name: String, _ conditions: [Condition] = []) -> Resource {
    Resource(kind: kind, namespace: "flux-system", name: name, conditions: conditions)
  }

  private var report: ClusterReport {
    let ready = Condition(type: "Ready", status: .isTrue, reason: "KubeletReady", lastTransitionTime: now)
    return ClusterReport(
      name: "tethys", verdict: .degraded, summary: "all but one", isFluxInstalled: true,
      nodes: [
        NodeReport(
          node: Node(
            resource: Resource(
              kind: "Node", name: "calypso", creationTimestamp: now - .seconds(3600 * 24 * 120),
              conditions: [ready]), roles: ["gpu"], kubeletVersion: "v1.33.4+k3s1", allocatableGPUs: 1),
          verdict: .healthy, status: "Ready", isExpected: true)
      ],
      flux: [
        Judged(
          value: FluxObject(resource: resource("Alert", "on-call"), isStatic: true), verdict: .healthy),
        Judged(
          value: FluxObject(resource: resource("Kustomization", "apps", [ready]), isSuspended: true),
          verdict: .degraded, status: .inProgress, reason: "Suspended", message: "for a week", since: now),
      ],
      policies: [
        ImagePolicyReport(
          policy: Judged(
            value: ImagePolicy(
              resource: resource("ImagePolicy", "x"),
              repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: "x"),
              latestImage: "x:2"), verdict: .degraded),
          running: [.init(image: "x:1", workload: "deployment a/b")], isBehind: true),
        ImagePolicyReport(
          policy: Judged(
            value: ImagePolicy(
              resource: resource("ImagePolicy", "y"),
              repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: "y")),
            verdict: .unknown, status: .unknown), running: nil, isBehind: nil),
      ],
      repositories: [
        Judged(
          value: ImageRepository(resource: resource("ImageRepository", "x"), image: "x"), verdict: .healthy)
      ],
      automations: [
        Judged(
          value: ImageUpdateAutomation(resource: resource("ImageUpdateAutomation", "all")), verdict: .healthy)
      ],
      workloads: [
        Judged(
          value: Workload(
            resource: resource("Deployment", "b"), desired: 2, ready: 1, available: 1, updated: 2,
            images: ["x:1"]),
          verdict: .degraded)
      ],
      certificates: [
        Judged(value: Certificate(resource: resource("Certificate", "c")), verdict: .healthy)
      ],
      stacks: [Judged(value: Stack(resource: resource("Stack", "s")), verdict: .healthy)],
      secrets: [SecretPresence(namespace: "flux-system", name: "github-token", isPresent: true)],
      pods: PodReport(
        total: 12,
        crashLooping: [
          Pod(
            resource: Resource(kind: "Pod", namespace: "apps", name: "web-1"), phase: "Running",
            node: "calypso", restarts: 7, waitingReason: "CrashLoopBackOff")
        ]),
      controllers: [
        ControllerReport(
          name: "helm-controller", verdict: .healthy, distribution: "v2.6.4", version: "v1.3.0")
      ],
      problems: [
        Problem(
          .fluxObject(.suspended), id: "tethys/kustomization/flux-system/apps/suspended", severity: .warning,
          cluster: "tethys",
          subject: "kustomization flux-system/apps", title: "is suspended", detail: "for a week", since: now,
          step: NextStep(command: "kubectl describe kustomization apps"))
      ])
  }

  private func document(_ report: ClusterReport) -> StatusDocument {
    StatusDocument(
      version: "0.1.0", generatedAt: now,
      clusters: [
        ClusterDocument(
          report: report,
          tunnel: TunnelDocument(
            state: .connecting, since: now, host: "tethys", waitsFor: "the agent to sign with k",
            forwards: [
              ForwardDocument(
                listen: "127.0.0.1:16443", target: "localhost:6443", state: .listening, rateFromTarget: 12,
                recent: [
                  ConnectionDocument(
                    origin: "127.0.0.1:51234", openedAt: now - .seconds(3), endedAt: now,
                    bytesFromTarget: 4096,
                    bytesToTarget: 512, end: "refused", reason: "nobody listens")
                ])
            ], via: ["gate"],
            sessions: [
              SessionDocument(
                serial: 1, peer: "192.0.2.7:22", openConnections: 2, bytesPerSecond: nil, since: now)
            ],
            history: [
              StateSpanDocument(state: .down, since: now - .seconds(60), until: now, code: "peer_closed")
            ]),
          poll: PollDocument(at: nil, seenAt: nil, duration: nil, failure: nil, now: now), api: APIDocument(),
          kubeconfig: "/root/.kube/k3s-config.yaml",
          target: KubeconfigTarget(context: "default", server: "https://127.0.0.1:16443"), now: now)
      ], problems: report.problems,
      silences: [
        Silence(
          id: "5f3a", cluster: nil, pattern: "kustomization *", reason: "known", author: "uid 1000",
          createdAt: now, expiresAt: now + .seconds(3600))
      ],
      configuration: ConfigurationDocument(
        file: "/etc/oceanid/guard.yaml", loadedAt: now,
        rejected: .init(at: now, message: "guard.yaml:3:5: no")))
  }

  /// A document with something in every list.
  var whole: StatusDocument { document(report) }

  @Test func completeDocument() throws {
    let text = String(decoding: try DocumentCoding.encode(whole), as: UTF8.self)
    // A line for each part, so that a difference can be seen.
    let lines = text.replacing("],\"", with: "],\n\"").replacing("},\"", with: "},\n\"").replacing(
      "},{", with: "},\n{")
    #expect(lines == GoldenTests.golden)
  }

  @Test func theNotice() throws {
    let incident = Incident.test(of: "on-call", at: now)
    let document = NoticeDocument(
      IncidentNotice(at: now, cluster: "", entries: [.init(.opened, incident)]), summary: "TEST",
      counts: .init(critical: 0, warning: 1, ended: 0))
    let text = String(decoding: try DocumentCoding.encode(document), as: UTF8.self)
    #expect(
      text.replacing(",\"", with: ",\n\"") == """
        {"at":"2026-03-01T04:24:07Z",
        "cluster":"",
        "counts":{"critical":0,
        "ended":0,
        "warning":1},
        "entries":[{"change":"opened",
        "incident":{"cluster":"",
        "code":"alerts-test",
        "command":null,
        "detail":"Nothing is wrong: this is a test of the channel.",
        "endedAt":null,
        "firedAt":"2026-03-01T04:24:07Z",
        "flapping":false,
        "id":"test-on-call@1772339047000",
        "kind":"alerts",
        "note":"none is needed",
        "notices":1,
        "problem":"guard/alerts/on-call/test",
        "remedy":"none is needed",
        "severity":"warning",
        "silence":null,
        "since":"2026-03-01T04:24:07Z",
        "state":"firing",
        "subject":"alerts on-call",
        "title":"test of the alert channel on-call"},
        "key":"test-on-call@1772339047000.1"}],
        "omitted":0,
        "schema":"oceanid.notice/1",
        "summary":"TEST",
        "test":true}
        """)
    #expect(try JSONDecoder().decode(NoticeDocument.self, from: Data(text.utf8)) == document)
    // A word of a newer guard is read, and is not an error.
    let newer = text.replacing("\"change\":\"opened\"", with: "\"change\":\"merged\"")
    #expect(newer != text)
    #expect(try JSONDecoder().decode(NoticeDocument.self, from: Data(newer.utf8)).entries[0].change == nil)
  }

  @Test func theAlertChannels() throws {
    let document = AlertsDocument(channels: [
      .init(
        name: "pager", means: "webhook", failingSince: now, failure: "webhook https://x: HTTP 500",
        remedy: "look",
        delivered: 3, failed: 2, dropped: 1, waiting: 4),
      .init(name: "am", means: "alertmanager"),
    ])
    #expect(
      String(decoding: try DocumentCoding.encode(document), as: UTF8.self) == """
        {"channels":[{"delivered":3,"dropped":1,"failed":2,"failingSince":"2026-03-01T04:24:07Z",\
        "failure":"webhook https://x: HTTP 500","means":"webhook","name":"pager","remedy":"look","waiting":4},\
        {"delivered":0,"dropped":0,"failed":0,"failingSince":null,"failure":null,"means":"alertmanager",\
        "name":"am","remedy":null,"waiting":0}],"schema":"oceanid.alerts/1","stateFailure":null}
        """)
    #expect(try DocumentCoding.decode(AlertsDocument.self, from: DocumentCoding.encode(document)) == document)
    #expect(throws: DocumentError.unexpectedSchema("oceanid.alerts/2", expected: "oceanid.alerts/1")) {
      try DocumentCoding.decode(
        AlertsDocument.self, from: Data(#"{"schema":"oceanid.alerts/2","channels":7}"#.utf8))
    }
  }

  @Test func theIncidents() throws {
    var tracker = IncidentTracker()
    tracker.makeID = { "a1" }
    for second in stride(from: 0 as Int64, to: 60, by: 5) {
      tracker.observe(
        ProblemObservation(
          cluster: "tethys", problems: report.problems, poll: now + .seconds(second)),
        at: now + .seconds(second))
      _ = tracker.advance(to: now + .seconds(second))
    }
    let document = IncidentsDocument(open: tracker.open.map { IncidentDocument($0, silence: nil) })
    #expect(
      String(decoding: try DocumentCoding.encode(document), as: UTF8.self) == """
        {"channels":null,"ignored":0,"open":[{"cluster":"tethys","code":"flux-suspended",\
        "command":"kubectl describe kustomization apps","detail":"for a week","endedAt":null,\
        "firedAt":"2026-03-01T04:24:27Z","flapping":false,"id":"a1","kind":"flux","note":null,"notices":1,\
        "problem":"tethys/kustomization/flux-system/apps/suspended",\
        "remedy":"kubectl describe kustomization apps","severity":"warning","silence":null,\
        "since":"2026-03-01T04:24:07Z","state":"firing","subject":"kustomization flux-system/apps",\
        "title":"is suspended"}],"past":[],"schema":"oceanid.incidents/1","silences":[]}
        """)
    #expect(
      try DocumentCoding.decode(IncidentsDocument.self, from: DocumentCoding.encode(document)) == document)
  }

  @Test func viewOfTheGuard() throws {
    let document = GuardViewDocument(
      user: "oceanid", uid: 998, home: "/var/lib/oceanid", unit: "oceanid-guard", configuration: nil,
      agent: nil, credentials: ["guard-key"],
      findings: [
        FindingDocument(
          "login", of: "tethys", .failed, "refused every key",
          next: NextStep(command: "sudo -u oceanid ssh -v tethys true", note: "check authorized_keys")),
        FindingDocument("API", of: "tethys", .skipped, "not tried"),
      ])
    #expect(
      String(decoding: try DocumentCoding.encode(document), as: UTF8.self) == """
        {"agent":null,"configuration":null,"credentials":["guard-key"],"findings":[\
        {"cluster":"tethys","command":"sudo -u oceanid ssh -v tethys true","found":"refused every key",\
        "note":"check authorized_keys","outcome":"failed",\
        "remedy":"sudo -u oceanid ssh -v tethys true  # check authorized_keys","step":"login"},\
        {"cluster":"tethys","command":null,"found":"not tried","note":null,"outcome":"skipped","remedy":null,\
        "step":"API"}],"home":"/var/lib/oceanid","schema":"oceanid.guard-view/1","uid":998,"unit":"oceanid-guard",\
        "user":"oceanid","version":"\(Product.version)"}
        """)
    #expect(
      try DocumentCoding.decode(GuardViewDocument.self, from: DocumentCoding.encode(document)) == document)
  }

  @Test func decodesItsOwnOutput() throws {
    let document = document(report)
    #expect(try DocumentCoding.decode(StatusDocument.self, from: DocumentCoding.encode(document)) == document)
  }

  @Test func verdictIsTheWorstOfAllClusters() {
    func status(_ verdicts: Verdict...) -> StatusDocument {
      StatusDocument(
        generatedAt: now,
        clusters: verdicts.enumerated().flatMap { index, verdict in
          document(ClusterReport(name: "c\(index)", verdict: verdict, summary: "s\(index)")).clusters
        }, problems: [])
    }
    #expect(status().verdict == .unknown)
    #expect(status().summary == "no cluster is configured")
    let starting = StatusDocument(
      generatedAt: now, clusters: status(.healthy).clusters, starting: ["c1", "c2"], problems: [])
    #expect(starting.summary == "c0: s0; c1, c2 starting" && starting.verdict == .unknown)
    #expect(status(.healthy).summary == "c0: s0")
    #expect(status(.healthy, .critical, .unknown, .critical).verdict == .critical)
    #expect(
      status(.healthy, .critical, .unknown, .critical).summary == "c1, c3 critical; c2 unknown; c0 healthy")
    #expect(status(.healthy, .unknown, .degraded).verdict == .unknown)
  }

  @Test func ageCountsFromTheSnapshot() {
    let failure = PollFailure(
      code: .forbidden, message: "GET /api/v1/nodes: 403", remedy: "ask for the right")
    let poll = PollDocument(
      at: now, seenAt: now - .seconds(90), duration: .milliseconds(1234), failure: failure, now: now)
    #expect(poll.ageSeconds == 90)
    #expect(poll.durationMs == 1234)
    #expect(poll.ok == false)
    #expect(poll.error?.code == "forbidden")
    let good = PollDocument(at: now, seenAt: now, duration: .zero, failure: nil, now: now)
    #expect(good.ok == true)
  }

  private static let golden = """
    {"clusters":[{"api":{"ready":null,"version":null},
    "certificates":[{"lastFailureAt":null,"message":"","name":"c","namespace":"flux-system","notAfter":null,"reason":"","renewalTime":null,"since":null,"verdict":"healthy"}],
    "context":"default","flux":{"controllers":[{"available":1,"desired":1,"distribution":"v2.6.4","leaseRenewedAt":null,"name":"helm-controller","verdict":"healthy","version":"v1.3.0"}],
    "installed":true,"objects":[{"attemptedRevision":null,"kind":"Alert","message":"","name":"on-call","namespace":"flux-system","ready":"True","reason":"","revision":null,"since":null,"status":"Current","suspended":false,"verdict":"healthy"},
    {"attemptedRevision":null,"kind":"Kustomization","message":"for a week","name":"apps","namespace":"flux-system","ready":"True","reason":"Suspended","revision":null,"since":"2026-03-01T04:24:07Z","status":"InProgress","suspended":true,"verdict":"degraded"}],
    "version":null},
    "images":{"automations":[{"lastPushAt":null,"lastPushCommit":null,"lastRunAt":null,"message":"","name":"all","namespace":"flux-system","ready":null,"reason":"","since":null,"suspended":false,"verdict":"healthy"}],
    "policies":[{"behind":true,"behindSince":null,"latest":"x:2","message":"","name":"x","namespace":"flux-system","omittedRunning":0,"range":null,"ready":null,"reason":"","running":[{"image":"x:1","workload":"deployment a/b"}],
    "since":null,"stuckAt":null,"suspended":false,"verdict":"degraded"},
    {"behind":null,"behindSince":null,"latest":null,"message":"","name":"y","namespace":"flux-system","omittedRunning":null,"range":null,"ready":null,"reason":"","running":null,"since":null,"stuckAt":null,"suspended":false,"verdict":"unknown"}],
    "repositories":[{"image":"x","lastScanAt":null,"message":"","name":"x","namespace":"flux-system","ready":null,"reason":"","since":null,"suspended":false,"tags":null,"verdict":"healthy"}]},
    "kubeconfig":"/root/.kube/k3s-config.yaml","kubeconfigError":null,"name":"tethys","nodes":[{"age":"120d","conditions":[{"lastTransitionTime":"2026-03-01T04:24:07Z","message":"","reason":"KubeletReady","status":"True","type":"Ready"}],
    "containerRuntime":null,"createdAt":"2025-11-01T04:24:07Z","expected":true,"gpu":{"allocatable":1,"capacity":null},
    "internalIP":null,"kernelVersion":null,"leaseRenewedAt":null,"name":"calypso","osImage":null,"roles":["gpu"],
    "status":"Ready","verdict":"healthy","version":"v1.33.4+k3s1"}],
    "omitted":null,"pipeline":null,"pods":{"crashLooping":1,"failed":0,"notReady":0,"pending":0,"terminating":0,"total":12,"worst":[{"message":"pod web-1: CrashLoopBackOff, 7 restarts","name":"web-1","namespace":"apps","node":"calypso","restarts":7}]},
    "poll":{"ageSeconds":null,"at":null,"durationMs":null,"error":null,"ok":null,"seenAt":null},
    "secrets":[{"name":"github-token","namespace":"flux-system","present":true}],
    "server":"https://127.0.0.1:16443","shortenedTexts":0,"stacks":[{"lastUpdateAt":null,"lastUpdateState":null,"message":"","name":"s","namespace":"flux-system","reason":"","since":null,"verdict":"healthy"}],
    "summary":"all but one","tunnel":{"attempt":0,"cipher":null,"forwards":[{"acceptedConnections":0,"bytesFromTarget":0,"bytesToTarget":0,"holder":null,"listen":"127.0.0.1:16443","openConnections":0,"rateFromTarget":12,"rateToTarget":null,"recent":[{"bytesFromTarget":4096,"bytesToTarget":512,"end":"refused","endedAt":"2026-03-01T04:24:07Z","openedAt":"2026-03-01T04:24:04Z","origin":"127.0.0.1:51234","reason":"nobody listens"}],
    "refusedConnections":0,"shortage":null,"state":"listening","target":"localhost:6443"}],
    "history":[{"code":"peer_closed","since":"2026-03-01T04:23:07Z","state":"down","until":"2026-03-01T04:24:07Z"}],
    "host":"tethys","hostKey":null,"lastError":null,"nextAttemptAt":null,"peer":null,"reconnects":0,"roundTripMs":null,"sessions":[{"bytesPerSecond":null,"openConnections":2,"peer":"192.0.2.7:22","serial":1,"since":"2026-03-01T04:24:07Z"}],
    "since":"2026-03-01T04:24:07Z","state":"connecting","user":null,"via":["gate"],
    "waitsFor":"the agent to sign with k"},
    "verdict":"degraded","workloads":[{"available":1,"desired":2,"images":["x:1"],
    "kind":"Deployment","message":"","name":"b","namespace":"flux-system","ready":1,"reason":"","since":null,"updated":2,"verdict":"degraded"}]}],
    "configuration":{"file":"/etc/oceanid/guard.yaml","loadedAt":"2026-03-01T04:24:07Z","rejected":{"at":"2026-03-01T04:24:07Z","message":"guard.yaml:3:5: no"}},
    "generatedAt":"2026-03-01T04:24:07Z","omittedProblems":0,"problems":[{"cluster":"tethys","code":"flux-suspended","command":"kubectl describe kustomization apps","detail":"for a week","hides":[],
    "id":"tethys/kustomization/flux-system/apps/suspended","kind":"flux","note":null,"remedy":"kubectl describe kustomization apps","severity":"warning","silence":{"author":"uid 1000","cluster":null,"createdAt":"2026-03-01T04:24:07Z","expiresAt":"2026-03-01T05:24:07Z","id":"5f3a","pattern":"kustomization *","reason":"known"},
    "since":"2026-03-01T04:24:07Z","subject":"kustomization flux-system/apps","title":"is suspended"}],
    "schema":"oceanid.status/1","summary":"tethys: all but one; the configuration file has errors","verdict":"degraded","version":"0.1.0"}
    """
}
