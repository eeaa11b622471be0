internal import GuardAPI
package import GuardStatus
internal import GuardTypes
internal import Health
internal import Tunnel

/// The state of the clusters, as metrics.
///
/// The number of series depends only on the configuration: clusters, forwards, error codes, Flux kinds and
/// statuses. Object names are not labels, so that the number of series is bounded.
package enum ClusterFamilies {
  /// - Parameter counts: the counts by cluster name.
  package static func families(_ entries: [StatusBoard.Entry], counts: [String: ClusterCounters.Counts])
    -> [MetricFamily]
  {
    tunnels(entries, counts) + forwards(entries) + polls(entries, counts) + objects(entries)
  }

  private static func tunnels(
    _ entries: [StatusBoard.Entry], _ counts: [String: ClusterCounters.Counts]
  ) -> [MetricFamily] {
    var up = MetricFamily("oceanid_tunnel_up", .gauge, "1 while the SSH session is up.")
    var blocked = MetricFamily(
      "oceanid_tunnel_blocked", .gauge,
      "1 while the tunnel is blocked and needs an operator (host key, login key, authentication).")
    var roundTrip = MetricFamily(
      "oceanid_tunnel_round_trip_seconds", .gauge, "Smoothed round-trip time of the SSH connection.")
    var sessions = MetricFamily("oceanid_tunnel_sessions", .gauge, "SSH sessions that carry connections now.")
    var reconnects = MetricFamily(
      "oceanid_tunnel_reconnects", .counter, "Reconnections of the tunnel.")
    var losses = MetricFamily(
      "oceanid_tunnel_losses", .counter, "Losses of the tunnel, by error code.")
    for entry in entries {
      let cluster = ["cluster": entry.report.name]
      let tunnel = entry.tunnel()
      up.add(tunnel.state == .up, cluster)
      blocked.add(tunnel.state == .blocked, cluster)
      roundTrip.add(tunnel.state == .up ? tunnel.roundTrip?.inSeconds : nil, cluster)
      sessions.add(tunnel.sessions.count, cluster)
      reconnects.add(tunnel.reconnects, cluster)
      for (code, count) in counts[entry.report.name]?.losses.sorted(by: { $0.key < $1.key }) ?? [] {
        losses.add(count, cluster.merging(["code": code]) { first, _ in first })
      }
    }
    return [up, blocked, roundTrip, sessions, reconnects, losses]
  }

  private static func forwards(_ entries: [StatusBoard.Entry]) -> [MetricFamily] {
    var listening = MetricFamily(
      "oceanid_forward_listening", .gauge, "1 while the guard listens on the local address.")
    var open = MetricFamily("oceanid_forward_connections", .gauge, "Open connections of a forward.")
    var accepted = MetricFamily(
      "oceanid_forward_accepted_connections", .counter, "Local connections that were accepted.")
    var refused = MetricFamily(
      "oceanid_forward_refused_connections", .counter, "Local connections that were refused (reset).")
    var bytes = MetricFamily("oceanid_forward_bytes", .counter, "Bytes that a forward carried, by direction.")
    for entry in entries {
      for forward in entry.tunnel().forwards {
        let labels = ["cluster": entry.report.name, "listen": "\(forward.listen)"]
        listening.add(forward.state == .listening, labels)
        open.add(forward.openConnections, labels)
        accepted.add(forward.acceptedConnections, labels)
        refused.add(forward.refusedConnections, labels)
        bytes.add(forward.bytesFromTarget, labels.merging(["direction": "from_target"]) { first, _ in first })
        bytes.add(forward.bytesToTarget, labels.merging(["direction": "to_target"]) { first, _ in first })
      }
    }
    return [listening, open, accepted, refused, bytes]
  }

  private static func polls(
    _ entries: [StatusBoard.Entry], _ counts: [String: ClusterCounters.Counts]
  ) -> [MetricFamily] {
    var success = MetricFamily("oceanid_poll_success", .gauge, "1 if the last poll succeeded.")
    var ended = MetricFamily("oceanid_poll_timestamp_seconds", .gauge, "When the last poll ended.")
    var good = MetricFamily(
      "oceanid_poll_last_success_timestamp_seconds", .gauge, "When the last poll that succeeded ended.")
    var duration = MetricFamily("oceanid_poll_duration_seconds", .gauge, "Duration of the last poll.")
    var interval = MetricFamily(
      "oceanid_poll_interval_seconds", .gauge, "The configured time between polls.")
    var polls = MetricFamily("oceanid_polls", .counter, "Polls that ended.")
    var failures = MetricFamily("oceanid_poll_failures", .counter, "Polls that failed, by error code.")
    for entry in entries {
      let cluster = ["cluster": entry.report.name]
      if let poll = entry.poll {
        success.add((try? poll.result.get()) != nil, cluster)
        ended.add(Double(poll.at.milliseconds) / 1000, cluster)
        duration.add(poll.duration.inSeconds, cluster)
      }
      interval.add(entry.observation.pollInterval.inSeconds, cluster)
      good.add(entry.observation.snapshotAt.map { Double($0.milliseconds) / 1000 }, cluster)
      guard let counters = counts[entry.report.name] else { continue }
      polls.add(counters.polls, cluster)
      for (code, count) in counters.pollFailures.sorted(by: { $0.key < $1.key }) {
        failures.add(count, cluster.merging(["code": code]) { first, _ in first })
      }
    }
    return [success, ended, good, duration, interval, polls, failures]
  }

  private static func objects(_ entries: [StatusBoard.Entry]) -> [MetricFamily] {
    var verdict = MetricFamily(
      "oceanid_cluster_verdict", .gauge, "1 for the current verdict, 0 for the others.")
    var problems = MetricFamily("oceanid_problems", .gauge, "Open problems by severity and kind.")
    var nodes = MetricFamily("oceanid_nodes", .gauge, "Nodes that were seen.")
    var ready = MetricFamily("oceanid_nodes_ready", .gauge, "Nodes whose Ready condition is True.")
    var expected = MetricFamily("oceanid_nodes_expected", .gauge, "Nodes that the configuration expects.")
    var expectedReady = MetricFamily(
      "oceanid_nodes_expected_ready", .gauge,
      "Nodes that the configuration expects and whose Ready condition is True.")
    var flux = MetricFamily("oceanid_flux_objects", .gauge, "Flux objects by kind, kstatus and verdict.")
    var suspended = MetricFamily("oceanid_flux_suspended_objects", .gauge, "Flux objects that are suspended.")
    var behind = MetricFamily(
      "oceanid_images_behind", .gauge, "Image policies whose latest image is not what the workloads run.")
    var workloads = MetricFamily("oceanid_workloads", .gauge, "Workloads that are watched, by verdict.")
    var certificates = MetricFamily(
      "oceanid_certificate_expiry_timestamp_seconds", .gauge, "Earliest expiry of the cluster's certificates."
    )
    for entry in entries {
      let report = entry.report
      let cluster = ["cluster": report.name]
      func labeled(_ name: String, _ value: String) -> [String: String] {
        cluster.merging([name: value]) { first, _ in first }
      }
      for word in Verdict.allCases { verdict.add(report.verdict == word, labeled("verdict", word.rawValue)) }
      for severity in Problem.Severity.allCases {
        for kind in Problem.Kind.allCases where !Problem.Kind.own.contains(kind) {
          problems.add(
            report.problems.count { $0.severity == severity && $0.kind == kind },
            labeled("severity", severity.rawValue).merging(["kind": kind.rawValue]) { first, _ in first })
        }
      }
      expected.add(entry.observation.expectations.nodes.count, cluster)
      // Omit kinds for which the last snapshot is outdated.
      let isUnseen = { (kind: Problem.Kind) in report.unseen.contains(kind) }
      if !isUnseen(.node) {
        let well = report.nodes.filter { $0.node.resource.conditions["Ready"]?.status == .isTrue }
        nodes.add(report.nodes.count, cluster)
        ready.add(well.count, cluster)
        let names = Set(well.map(\.node.resource.name))
        expectedReady.add(entry.observation.expectations.nodes.count { names.contains($0) }, cluster)
      }
      // If one of several kinds can't be listed, the others are still known.
      func isKnown(_ verdict: Verdict, _ kind: Problem.Kind) -> Bool {
        !isUnseen(kind) || (verdict != .unknown && !isUnseen(.tunnel))
      }
      let seenFlux = report.flux.filter { isKnown($0.verdict, .flux) }
      if !seenFlux.isEmpty {
        let groups = Dictionary(grouping: seenFlux) {
          [$0.value.resource.kind, $0.status.rawValue, $0.verdict.rawValue]
        }
        for (group, objects) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
          flux.add(
            objects.count,
            labeled("kind", group[0]).merging(["status": group[1], "verdict": group[2]]) { first, _ in first
            })
        }
      }
      if !isUnseen(.flux) { suspended.add(report.flux.count { $0.value.isSuspended }, cluster) }
      if !isUnseen(.image) { behind.add(report.policies.count { $0.isBehind == true }, cluster) }
      let seenWorkloads = report.workloads.filter { isKnown($0.verdict, .workload) }
      if !seenWorkloads.isEmpty {
        for (word, list) in Dictionary(grouping: seenWorkloads, by: \.verdict).sorted(by: {
          $0.key.rawValue < $1.key.rawValue
        }) {
          workloads.add(list.count, labeled("verdict", word.rawValue))
        }
      }
      certificates.add(
        report.certificates.compactMap(\.value.notAfter).min().map { Double($0.milliseconds) / 1000 }, cluster
      )
    }
    return [
      verdict, problems, nodes, ready, expected, expectedReady, flux, suspended, behind, workloads,
      certificates,
    ]
  }
}
