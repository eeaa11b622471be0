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
