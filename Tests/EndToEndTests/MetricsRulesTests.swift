import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// The alert rules with a real guard's metrics for the faults of the demo cluster, in hours of virtual time.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)),
  .enabled(if: program("promtool") != nil, "no promtool here (apt install prometheus)"), .serialized,
  .blocking,
  .timeLimit(.minutes(10)))
struct MetricsRulesTests {
  private static let rules = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../config/prometheus-rules.yaml").standardizedFileURL.path

  /// The series and values in the output of `oceanid-ctl metrics`.
  private static func page(_ installation: Installation) throws -> [String: Double] {
    var series: [String: Double] = [:]
    for line in try installation.ctl("metrics").output.split(separator: "\n") where !line.hasPrefix("#") {
      let place = try #require(line.lastIndex(of: " "))
      series[String(line[..<place])] = Double(line[line.index(after: place)...])
    }
    return series
  }

  /// Each page is repeated for an hour with one sample per minute. After each hour, the firing alerts are checked.
  private static func check(
    _ hours: [(page: [String: Double], firing: [String])], in folder: TemporaryFolder
  ) throws -> String {
    var text = "rule_files: ['\(rules)']\nevaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n"
    let now = Date().timeIntervalSince1970
    for name in Set(hours.flatMap(\.page.keys)).sorted() {
      let values = hours.enumerated().map { hour, entry -> String in
        guard let value = entry.page[name] else { return "_x60" }
        // Times advance with the virtual clock, which starts at 0.
        if name.hasPrefix("oceanid_poll_") && name.contains("timestamp_seconds") {
          return "\(hour * 3600)+60x59"
        }
        if name.contains("timestamp_seconds") { return "\(Int(value - now) + 86_400)+0x59" }
        return "\(value)+0x59"
      }
      text += "  - series: '\(name)'\n    values: '\(values.joined(separator: " "))'\n"
    }
    text += "  promql_expr_test:\n"
    for (hour, entry) in hours.enumerated() {
      text +=
        "  - expr: count by (alertname) (ALERTS{alertstate=\"firing\"})\n    eval_time: \(hour * 60 + 59)m\n"
      text += entry.firing.isEmpty ? "    exp_samples: []\n" : "    exp_samples:\n"
      for alert in entry.firing { text += "    - { labels: '{alertname=\"\(alert)\"}', value: 1 }\n" }
    }
    let file = try folder.write(text, to: "rules-test.yaml")
    let result = try run("promtool", ["test", "rules", file])
    return result.exit == .exited(0) ? "" : result.output + result.errors
  }

  @Test func rulesFireOnlyOnFaults() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let calm = try Self.page(installation)
    #expect(calm.count > 40)

    for fault in [
      .nodeNotReady("calypso"), .kustomizationFailing("apps"), .policyMoved("cert-manager", tag: "v1.18.3"),
    ]
      as [Fault]
    { installation.cluster.apply(fault) }
    #expect(
      try installation.waitFor { _, cluster in
        cluster.nodes.contains { $0.status == "NotReady" }
          && cluster.images.policies.contains { $0.behind == true }
          && cluster.flux.objects.contains { $0.verdict == .critical }
      }.holds)
    let faults = try Self.page(installation)
    installation.cluster.apply(.healed)
    #expect(try installation.waitUntilHealthy())

    installation.server.stop()
    #expect(try installation.waitFor { _, cluster in cluster.tunnel.state == .backoff }.holds)
    let cut = try Self.page(installation)
    try installation.server.start()
    #expect(try installation.waitUntilHealthy())

    installation.cluster.apply(.answersWrong(.status(500), on: "/"))
    #expect(try installation.waitFor { _, cluster in cluster.poll.ok == false }.holds)
    let failing = try Self.page(installation)

    let complaint = try Self.check(
      [
        (calm, []), (faults, ["OceanidFluxFailing", "OceanidImagesBehind", "OceanidNodesMissing"]),
        (calm, []),
        (cut, ["OceanidTunnelDown"]), (calm, []), (failing, ["OceanidPollsFail"]), (calm, []),
        ([:], ["OceanidGuardSilent"]), (calm, []),
      ], in: installation.folder)
    #expect(complaint.isEmpty, "\(complaint)")
  }

  @Test func rulesAreValid() throws {
    let result = try run("promtool", ["check", "rules", Self.rules])
    #expect(result.exit == .exited(0), "\(result.output)\(result.errors)")
  }
}

/// The dashboard's queries, in a real Prometheus that scrapes the metrics of a real guard.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)),
  .enabled(if: program("prometheus") != nil, "no prometheus here (apt install prometheus)"), .serialized,
  .blocking,
  .timeLimit(.minutes(10)))
struct DashboardTests {
  private struct Dashboard: Decodable {
    struct Panel: Decodable {
      struct Target: Decodable {
        let expr: String
      }
      struct FieldConfig: Decodable {
        struct Defaults: Decodable {
          struct Mapping: Decodable {
            struct Shown: Decodable {
              let text: String
              let color: String
            }
            let options: [String: Shown]
          }
          let mappings: [Mapping]?
        }
        let defaults: Defaults
      }
      let title: String
      let description: String
      let targets: [Target]
      let fieldConfig: FieldConfig

      /// The text that Grafana shows for a value, and its colour.
      func shown(_ value: String) -> FieldConfig.Defaults.Mapping.Shown? {
        fieldConfig.defaults.mappings?.lazy.compactMap { $0.options[value] }.first
      }
    }
    let panels: [Panel]
  }

  @Test func everyPanelHasADescriptionDataAndTextsForItsValues() throws {
    let folder = try TemporaryFolder()
    let www = folder.file("www")
    try FileManager.default.createDirectory(atPath: www, withIntermediateDirectories: false)
    let installation = try Installation(prepare: { _, own in
      let file = own.file("guard.yaml")
      let text = try String(contentsOfFile: file, encoding: .utf8)
      try (text + "\nmetrics: { textfile: \(www)/oceanid.prom }\n").write(
        toFile: file, atomically: true, encoding: .utf8)
    })
    #expect(try installation.waitUntilHealthy())
    #expect(
      eventually(within: .seconds(30)) {
        (try? String(contentsOfFile: "\(www)/oceanid.prom", encoding: .utf8))?.contains("oceanid_nodes_ready")
          == true
      }, "\(installation.log)")

    let (target, port) = (try freePort(), try freePort())
    let server = try ChildProcess(
      "python3", ["-m", "http.server", "--bind", "127.0.0.1", "--directory", www, "\(target)"])
    defer { server.kill() }
    let configuration = try folder.write(
      """
      global: { scrape_interval: 1s }
      scrape_configs:
        - job_name: oceanid
          metrics_path: /oceanid.prom
          static_configs: [{ targets: ["127.0.0.1:\(target)"] }]

      """, to: "prometheus.yml")
    let prometheus = try ChildProcess(
      "prometheus",
      [
        "--config.file=\(configuration)", "--storage.tsdb.path=\(folder.file("data"))",
        "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
      ])
    defer { prometheus.kill() }

    func values(_ expression: String) throws -> [String] {
      let result = try run(
        "curl",
        ["-sS", "-G", "--data-urlencode", "query=\(expression)", "http://127.0.0.1:\(port)/api/v1/query"])
      let answer = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      let data = try #require(answer?["data"] as? [String: Any], "\(expression): \(result.output)")
      return (data["result"] as? [[String: Any]] ?? []).compactMap {
        ($0["value"] as? [Any])?.last as? String
      }
    }
    #expect(
      eventually(within: .seconds(60)) {
        (try? values("count_over_time(oceanid_tunnel_up[1m]) > 3"))?.isEmpty == false
      }, "\(prometheus.errors)")
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../config/grafana-dashboard.json")
    let dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(contentsOf: file))
    #expect(dashboard.panels.count > 10)
    for panel in dashboard.panels {
      #expect(panel.description.hasSuffix("."), "\(panel.title)")
      for target in panel.targets {
        let expression = target.expr.replacing("$cluster", with: ".*")
        let found = try values(expression)
        #expect(!found.isEmpty, "\(panel.title): \(expression)")
        guard panel.fieldConfig.defaults.mappings != nil else { continue }
        #expect(found.allSatisfy { panel.shown($0) != nil }, "\(panel.title): \(found)")
      }
    }

    // Each verdict is shown by its name, with a colour of its own.
    let panel = try #require(dashboard.panels.first { $0.title == "Verdict" })
    let expression = try #require(panel.targets.first).expr.replacing("$cluster", with: ".*")
    func shown() -> [String] { ((try? values(expression)) ?? []).compactMap { panel.shown($0)?.text } }
    #expect(eventually(within: .seconds(30)) { shown() == [Verdict.healthy.rawValue] }, "\(shown())")
    installation.cluster.apply(.nodeNotReady("calypso"))
    #expect(eventually(within: .seconds(60)) { shown() == [Verdict.critical.rawValue] }, "\(shown())")
    let colours = Verdict.allCases.indices.compactMap { panel.shown("\($0)")?.color }
    #expect(Set(colours).count == Verdict.allCases.count)
    #expect(
      Set(Verdict.allCases.indices.compactMap { panel.shown("\($0)")?.text })
        == Set(Verdict.allCases.map(\.rawValue)))
  }
}
