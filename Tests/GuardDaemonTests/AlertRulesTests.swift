import Foundation
import TestSupport
import Testing

/// The alert rules on figures that no demo cluster gives in short time: an hour of virtual time each.
@Suite(
  .enabled(if: program("promtool") != nil, "no promtool here (apt install prometheus)"), .blocking)
struct AlertRulesTests {
  private static let rules = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../config/prometheus-rules.yaml").standardizedFileURL.path

  /// - Parameters:
  ///   - series: with the values of each minute, as promtool writes them.
  ///   - firing: the names of the alerts that fire after an hour.
  private func check(_ series: [String: String], firing: [String]) throws {
    let folder = try TemporaryFolder()
    var text =
      "rule_files: ['\(Self.rules)']\nevaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n"
    for (name, values) in series.merging(["oceanid_build_info": "1x60"], uniquingKeysWith: { $1 }) {
      text += "  - series: '\(name)'\n    values: '\(values)'\n"
    }
    text += "  promql_expr_test:\n  - expr: count by (alertname) (ALERTS{alertstate=\"firing\"})\n"
    text += "    eval_time: 59m\n    exp_samples: \(firing.isEmpty ? "[]" : "")\n"
    for alert in firing { text += "    - { labels: '{alertname=\"\(alert)\"}', value: 1 }\n" }
    let result = try run("promtool", ["test", "rules", try folder.write(text, to: "test.yaml")])
    #expect(result.exit == .exited(0), "\(result.output)\(result.errors)")
  }

  /// A sample a minute of a cluster that is polled seldom: its last good poll is up to an interval old.
  @Test(
    arguments: [
      (600, "0x10 600x10 1200x10 1800x10 2400x10 3000x10", []), (15, "0+60x60", []),
      (600, "600x60", ["OceanidPollsFail"]), (15, "3000x60", ["OceanidPollsFail"]),
    ] as [(Int, String, [String])])
  func latePollsUseTheirOwnInterval(_ interval: Int, _ good: String, _ firing: [String]) throws {
    // Two guards may watch one cluster.
    var series: [String: String] = [:]
    for guardName in ["a", "b"] {
      let labels = "{cluster=\"tethys\",instance=\"\(guardName)\"}"
      series["oceanid_tunnel_up\(labels)"] = "1x60"
      series["oceanid_poll_success\(labels)"] = "1x60"
      series["oceanid_poll_interval_seconds\(labels)"] = "\(interval)x60"
      series["oceanid_poll_last_success_timestamp_seconds\(labels)"] = guardName == "a" ? good : "0+60x60"
    }
    try check(series, firing: firing)
  }

  /// Three nodes are expected. One of them is lost, and a fourth one is Ready.
  @Test(arguments: [(3, []), (2, ["OceanidNodesMissing"])] as [(Int, [String])])
  func unexpectedNodeDoesNotReplaceALostOne(_ well: Int, _ firing: [String]) throws {
    let labels = #"{cluster="tethys"}"#
    try check(
      [
        "oceanid_nodes\(labels)": "4x60", "oceanid_nodes_ready\(labels)": "3x60",
        "oceanid_nodes_expected\(labels)": "3x60", "oceanid_nodes_expected_ready\(labels)": "\(well)x60",
      ], firing: firing)
  }

  /// The file of a guard that was killed is served for ever.
  @Test(arguments: [("0+60x60", []), ("0x60", ["OceanidGuardSilent"])] as [(String, [String])])
  func fileThatNobodyWritesIsASilentGuard(_ times: String, _ firing: [String]) throws {
    try check(["oceanid_metrics_timestamp_seconds": times], firing: firing)
  }

  /// A ping has nothing that waits; of others the one alert says the same as the other.
  @Test(
    arguments: [
      ("ping", 1, 0, ["OceanidAlertsFail"]), ("webhook", 1, 7, ["OceanidAlertsFail"]),
      ("webhook", 0, 7, ["OceanidAlertsWait"]), ("webhook", 0, 0, []),
    ] as [(String, Int, Int, [String])])
  func failingChannelOfAnyTypeIsReported(
    _ means: String, _ failing: Int, _ waiting: Int, _ firing: [String]
  ) throws {
    let labels = #"{channel="a",means="\#(means)"}"#
    try check(
      [
        "oceanid_alerts_failing\(labels)": "\(failing)x60",
        "oceanid_alerts_waiting\(labels)": "\(waiting)x60",
      ], firing: firing)
  }
}
