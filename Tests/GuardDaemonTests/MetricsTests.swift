import Foundation
import GuardAPI
import GuardTypes
import Health
import Platform
import Synchronization
import Systemd
import TestSupport
import Testing

@testable import GuardAlerts
@testable import GuardDaemon
@testable import GuardJournal
@testable import GuardMetrics
@testable import GuardStatus
@testable import Tunnel

@Suite struct MetricsTests {
  static let now = Timestamp(seconds: 1_800_000_000)

  static func entry(
    _ problems: [Problem] = [], tunnel state: TunnelState = .up, unseen: Set<Problem.Kind> = [],
    poll: Result<Snapshot, PollFailure>? = .success(Snapshot(serverTime: now))
  ) -> StatusBoard.Entry {
    let ready = Condition(type: "Ready", status: .isTrue)
    let report = ClusterReport(
      name: "te\"th\\ys\n", verdict: problems.isEmpty ? .healthy : .critical, summary: "",
      nodes: [
        NodeReport(
          node: Node(resource: Resource(kind: "Node", name: "calypso", conditions: [ready])),
          verdict: .healthy,
          status: "Ready", isExpected: true)
      ],
      flux: [
        Judged(
          value: FluxObject(
            resource: Resource(kind: "Kustomization", namespace: "a", name: "b"), isSuspended: true),
          verdict: .degraded, status: .current)
      ], problems: problems, unseen: unseen)
    let observation = Observation(
      cluster: "tethys", listen: "", kubeconfig: "", tunnel: TunnelHealth(state: .up, since: now, host: "t"),
      snapshot: nil, snapshotAt: now, pollFailure: nil, pollInterval: .seconds(15),
      expectations: Expectations(nodes: ["calypso", "other"]))
    let status = TunnelStatus(
      state: state, since: 0, host: "t", roundTrip: .milliseconds(41), reconnects: 3, attempt: 0,
      forwards: [
        .init(
          listen: StreamAddress(host: "127.0.0.1", port: 16443),
          target: StreamAddress(host: "localhost", port: 6443),
          state: .listening, acceptedConnections: 9, bytesFromTarget: 1 << 40)
      ])
    return StatusBoard.Entry(
      report: report, observation: observation,
      poll: poll.map { .init(result: $0, at: now, duration: .milliseconds(87)) }, tunnel: { status })
  }

  private static func page(
    _ entry: StatusBoard.Entry, _ format: MetricFormat = .prometheus,
    _ counts: ClusterCounters.Counts = .init()
  ) -> String {
    format.text(
      ClusterFamilies.families([entry], counts: [entry.report.name: counts])
        + OwnFamilies.families(
          at: 1_800_000_060.5, .current(), firing: [.critical: 2], configurationIsRejected: false)
        + AlertFamilies.families([
          .init(
            channel: "pager", means: "webhook", delivered: 3, failed: 2, dropped: 1, waiting: 4,
            isFailing: true)
        ]))
  }

  @Test func samplesMatchTheStatus() {
    var counts = ClusterCounters.Counts()
    counts.polls = 7
    counts.pollFailures = ["timeout": 2]
    counts.losses = ["keepalive_timeout": 1]
    let page = Self.page(Self.entry(), .prometheus, counts)
    let cluster = #"cluster="te\"th\\ys\n""#
    for line in [
      "oceanid_tunnel_up{\(cluster)} 1", "oceanid_tunnel_round_trip_seconds{\(cluster)} 0.041",
      "oceanid_tunnel_reconnects_total{\(cluster)} 3",
      "oceanid_tunnel_losses_total{\(cluster),code=\"keepalive_timeout\"} 1",
      "oceanid_forward_bytes_total{\(cluster),direction=\"from_target\",listen=\"127.0.0.1:16443\"} 1099511627776",
      "oceanid_polls_total{\(cluster)} 7", "oceanid_poll_failures_total{\(cluster),code=\"timeout\"} 2",
      "oceanid_nodes_ready{\(cluster)} 1", "oceanid_nodes_expected{\(cluster)} 2",
      "oceanid_flux_objects{\(cluster),kind=\"Kustomization\",status=\"Current\",verdict=\"degraded\"} 1",
      "oceanid_flux_suspended_objects{\(cluster)} 1",
      #"oceanid_alerts_delivered_total{channel="pager",means="webhook"} 3"#,
      #"oceanid_alerts_failed_total{channel="pager",means="webhook"} 2"#,
      #"oceanid_alerts_dropped_total{channel="pager",means="webhook"} 1"#,
      #"oceanid_alerts_waiting{channel="pager",means="webhook"} 4"#,
      #"oceanid_alerts_failing{channel="pager",means="webhook"} 1"#,
      "oceanid_poll_interval_seconds{\(cluster)} 15", "oceanid_nodes_expected_ready{\(cluster)} 1",
      "oceanid_cluster_verdict{\(cluster),verdict=\"healthy\"} 1",
      "oceanid_problems{\(cluster),kind=\"node\",severity=\"critical\"} 0",
      "oceanid_problems{\(cluster),kind=\"tunnel\",severity=\"warning\"} 0",
      "oceanid_cluster_verdict{\(cluster),verdict=\"critical\"} 0",
      "oceanid_incidents_firing{severity=\"critical\"} 2",
      "oceanid_build_info{version=\"\(Product.version)\"} 1",
      "oceanid_poll_timestamp_seconds{\(cluster)} 1800000000",
      "oceanid_metrics_timestamp_seconds 1800000060.5",
    ] { #expect(page.contains("\n\(line)\n"), "\(line)") }
    #expect(page.contains("# TYPE oceanid_polls_total counter\n"))
    let open = Self.page(Self.entry(), .openMetrics, counts)
    #expect(open.contains("# TYPE oceanid_polls counter\n") && open.hasSuffix("# EOF\n"))
  }

  @Test func unknownValuesHaveNoSample() {
    let page = Self.page(
      Self.entry(tunnel: .backoff, unseen: Set(Problem.Kind.allCases), poll: nil))
    #expect(page.contains("oceanid_tunnel_up{"))
    for name in [
      "oceanid_nodes_ready", "oceanid_nodes_expected_ready", "oceanid_flux_objects", "oceanid_images_behind",
      "oceanid_tunnel_round_trip_seconds", "oceanid_poll_success",
    ] {
      #expect(!page.contains(name), "\(name)")
    }
  }

  @Test(.enabled(if: program("promtool") != nil, "no promtool here (apt install prometheus)"), .blocking)
  func promtoolAcceptsTheOutput() throws {
    let folder = try TemporaryFolder()
    for (name, entry) in [
      ("well", Self.entry()),
      (
        "broken",
        Self.entry(
          tunnel: .blocked, unseen: Set(Problem.Kind.allCases),
          poll: .failure(
            PollFailure(code: .timeout, message: "", remedy: "")))
      ),
    ] {
      let file = try folder.write(Self.page(entry, .prometheus, .init()), to: name)
      let result = try run("/bin/sh", ["-c", "promtool check metrics <\(file)"])
      #expect(
        result.exit == .exited(0) && result.output.isEmpty && result.errors.isEmpty,
        "\(result.output)\(result.errors)")
    }
  }

  @Test(
    arguments: [
      (nil, MetricFormat.prometheus), ("*/*", .prometheus), ("text/plain", .prometheus),
      ("application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5", .openMetrics),
    ] as [(String?, MetricFormat)])
  func formatIsNegotiated(_ accept: String?, _ format: MetricFormat) {
    #expect(MetricFormat(accept: accept) == format)
  }

  @Test func fileIsReplacedAtomicallyAndErrorsAreLoggedOnce() throws {
    final class Memory: EventLog {
      let records = Mutex<[LogRecord]>([])
      func write(_ record: LogRecord) { records.withLock { $0.append(record) } }
    }
    let folder = try TemporaryFolder()
    let log = Memory()
    let textfile = MetricsTextfile(log: log)
    let path = folder.file("node/oceanid.prom")
    for _ in 0..<3 { textfile.write("a 1\n", to: path) }
    #expect(log.records.withLock { $0.map(\.priority) } == [.warning])
    try FileManager.default.createDirectory(atPath: folder.file("node"), withIntermediateDirectories: false)
    for text in ["a 1\n", "a 2\n"] { textfile.write(text, to: path) }
    #expect(log.records.withLock { $0.map(\.priority) } == [.warning, .notice])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "a 2\n")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o644)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("node")) == ["oceanid.prom"])

    // A user who may write to the folder cannot lead the guard to one of its own files.
    let own = try folder.write("key", to: "id_ed25519")
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: own)
    textfile.write("a 3\n", to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "a 3\n")
    #expect(try folder.read("id_ed25519") == "key")
  }
}
