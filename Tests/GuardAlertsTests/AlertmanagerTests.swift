import Foundation
import TestSupport
import Testing

@testable import GuardAlerts
@testable import GuardConfiguration
@testable import GuardState
@testable import Health
@testable import IncidentTracking

private let alertmanager = program("prometheus-alertmanager")

@Suite(.blocking) struct AlertmanagerTests {
  @Test func labelsAreStableOverTwoGuardsAndAnIncident() {
    let later = Incident.sample("other-id", notices: 9).with { $0.isFlapping = true }
    let first = Incident.sample("a", subject: "node x")
    #expect(
      AlertmanagerChannel.labels(of: first, host: "here") == [
        "alertname": "OceanidNode", "cluster": "tethys", "subject": "node x", "kind": "node",
        "severity": "critical",
      ])
    #expect(
      AlertmanagerChannel.labels(of: later.with { $0.detail = "else" }, host: "here")
        == AlertmanagerChannel.labels(
          of: Incident.sample("third", subject: "node other-id"), host: "there"))
  }

  /// Each workstation has a pager, a configuration and a tunnel of its own: one's end is not the other's.
  @Test(arguments: [
    ("", "alerts pager", "guard/alerts/pager/failing"), ("", "configuration", "guard/configuration/rejected"),
    ("tethys", "forward 127.0.0.1:16443", "tethys/forward/127.0.0.1:16443/port-busy"),
    ("tethys", "tunnel tethys", "tethys/tunnel/down"),
  ])
  func guardsOwnProblemsAreDistinguished(_ cluster: String, _ subject: String, _ problem: String) {
    let incident = Incident.sample("a", cluster: cluster, subject: subject, problem: problem)
    let labels = ["here", "there"].map { AlertmanagerChannel.labels(of: incident, host: $0) }
    #expect(labels.map { $0["instance"] } == ["here", "there"])
    let api = Incident.sample("a", subject: "api", problem: "tethys/api/unreachable")
    #expect(AlertmanagerChannel.labels(of: api, host: "here")["instance"] == nil)
  }

  @Test func alertExpiresAfterItsStart() {
    let firing = AlertmanagerChannel.alert(
      of: .sample("a"), at: moment, resolveAfter: .seconds(240), host: "here")
    #expect(firing.startsAt == moment - .seconds(60))
    #expect(firing.endsAt == moment + .seconds(240))
    // The cluster's clock is ahead of ours.
    let early = AlertmanagerChannel.alert(
      of: .sample("a", endedAt: moment - .seconds(100)), at: moment, resolveAfter: .seconds(240),
      host: "here")
    #expect(early.startsAt == early.endsAt)
  }

  // MARK: - A real one

  private final class Server {
    struct Alert: Decodable {
      struct Status: Decodable {
        let state: String
      }

      let labels: [String: String]
      let annotations: [String: String]
      let startsAt: String
      let endsAt: String
      let updatedAt: String
    }

    let url: String
    private let child: ChildProcess
    private let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
      try folder.write(
        "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n", to: "alertmanager.yml")
      // It can't be asked for any free port.
      let port = try freePort()
      url = "http://127.0.0.1:\(port)"
      child = try ChildProcess(
        alertmanager ?? "",
        [
          "--config.file=\(folder.file("alertmanager.yml"))", "--storage.path=\(folder.file("data"))",
          "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
        ])
      let isReady = eventually {
        (try? run("/usr/bin/curl", ["-sf", "\(url)/-/ready"]))?.exit == .exited(0) || !child.isRunning
      }
      guard isReady, child.isRunning else {
        throw FixtureError.failed("alertmanager: \(child.errors.suffix(500))")
      }
    }

    /// Those that are not resolved.
    func alerts() throws -> [Alert] {
      let answer = try run("/usr/bin/curl", ["-sf", "\(url)/api/v2/alerts"])
      return try JSONDecoder().decode([Alert].self, from: Data(answer.output.utf8))
    }
  }

  private func channel(_ server: Server, resolveAfter: Duration = .seconds(240)) throws -> AlertmanagerChannel
  {
    AlertmanagerChannel(
      sender: HTTPSender(
        target: .init(location: .address(try WebAddress(server.url))), channel: "am", means: "alertmanager",
        secretReader: SecretReader(environment: .test())), resolveAfter: resolveAfter, host: "here")
  }

  /// A proxy before Alertmanager may limit the size of a request.
  @Test func largeBatchesAreSplit() throws {
    let receiver = try WebReceiver()
    let channel = AlertmanagerChannel(
      sender: HTTPSender(
        target: .init(
          location: .address(try WebAddress("http://127.0.0.1:\(receiver.port)/most/3000"))), channel: "am",
        means: "alertmanager", secretReader: SecretReader(environment: .test())),
      resolveAfter: .seconds(240), host: "here")
    var incidents = (0..<20).map { Incident.sample("\($0)") }
    try channel.renew(incidents, at: .now, isCancelled: { false })
    struct Sent: Decodable { let labels: [String: String] }
    func subjects() -> Set<String> {
      let taken = receiver.requests.filter { $0.body.utf8.count <= 3000 }
      return Set(
        taken.flatMap { (try? JSONDecoder().decode([Sent].self, from: Data($0.body.utf8))) ?? [] }
          .compactMap { $0.labels["subject"] })
    }
    #expect(subjects() == Set(incidents.map(\.subject)))
    // A rejected alert is reported, and the others are renewed.
    incidents[7].detail = String(repeating: "x", count: 4000)
    incidents.append(.sample("last"))
    let error = #expect(throws: DeliveryError.self) {
      try channel.renew(incidents, at: .now, isCancelled: { false })
    }
    #expect(error?.cause == .unfit)
    #expect(subjects().contains(incidents[20].subject))
  }

  @Test(.enabled(if: alertmanager != nil, "no prometheus-alertmanager here"))
  func incidentAppearsRepeatsWorsensAndResolves() throws {
    let server = try Server()
    let channel = try channel(server)
    let now = Timestamp.now
    let warning = Incident.sample("a", .warning)
    try channel.deliver(.sample(.opened, warning), at: now, isCancelled: { false })
    var alerts = try server.alerts()
    #expect(alerts.count == 1)
    #expect(alerts[0].labels["severity"] == "warning")
    #expect(alerts[0].annotations["remedy"] == "kubectl describe node a")
    let end = alerts[0].endsAt
    try channel.renew([warning], at: now + .seconds(60), isCancelled: { false })
    alerts = try server.alerts()
    #expect(alerts.count == 1)
    #expect(alerts[0].endsAt > end)
    // The warning is resolved, and the critical alert fires.
    try channel.deliver(.sample(.worsened, .sample("a", notices: 2)), at: .now, isCancelled: { false })
    #expect(eventually { (try? server.alerts().map { $0.labels["severity"] }) == ["critical"] })
    try channel.deliver(
      .sample(.ended, .sample("a", notices: 3, endedAt: .now)), at: .now, isCancelled: { false })
    #expect(eventually { (try? server.alerts().isEmpty) == true })
  }

  @Test(.enabled(if: alertmanager != nil, "no prometheus-alertmanager here"))
  func twoGuardsShareAlertsAndThoseOfADeadGuardEnd() throws {
    let server = try Server()
    let guards = [
      try channel(server, resolveAfter: .seconds(3)), try channel(server, resolveAfter: .seconds(3)),
    ]
    for (index, channel) in guards.enumerated() {
      // Each has ids and a start of its own.
      let incident = Incident.sample(
        "id-\(index)", subject: "node calypso", problem: "tethys/node/calypso/not-ready")
      try channel.deliver(.sample(.opened, incident), at: .now, isCancelled: { false })
    }
    #expect(try server.alerts().map { $0.labels["subject"] } == ["node calypso"])
    // Both say nothing more.
    #expect(eventually { (try? server.alerts().isEmpty) == true })
  }

  @Test(.enabled(if: alertmanager != nil, "no prometheus-alertmanager here"))
  func pairReceivesEverythingAfterADowntime() throws {
    let server = try Server()
    let configuration = try Configuration.parse(
      """
      clusters: [{ name: tethys, tunnel: { host: tethys } }]
      alerts: [{ name: pair, alertmanager: { urls: ["\(server.url)/", "http://127.0.0.1:1"] } }]
      """, file: "guard.yaml", environment: ConfigurationEnvironment(isRoot: true, home: "/root"))
    let log = LogMemory()
    let delivery = AlertDelivery(configuration.alerts, from: nil, folder: nil, environment: .test(), log: log)
    delivery.send(.sample(.opened, .sample("a")))
    delivery.refresh(firing: [.sample("a"), .sample("b")])
    #expect(eventually { (try? server.alerts().count) == 2 })
    // Both incidents wait for the unreachable receiver: it is new, so it gets all firing incidents.
    #expect(delivery.figures.first?.waiting == 2)
    delivery.stop(timeout: .seconds(1))
  }
}

extension Incident {
  fileprivate func with(_ change: (inout Incident) -> Void) -> Incident {
    var incident = self
    change(&incident)
    return incident
  }
}
