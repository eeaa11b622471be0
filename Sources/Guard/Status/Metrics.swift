internal import Health
internal import Tunnel

/// The figures of `GET /metrics` in OpenMetrics text.
enum Metrics {
  static func render(_ board: StatusBoard) -> String {
    let entries = board.entries
    var page = Page()
    page.family("oceanid_tunnel_up", "gauge", "1 while the SSH session is up.")
    for entry in entries { page.sample("oceanid_tunnel_up", entry, entry.tunnel().state == .up ? 1 : 0) }
    page.family(
      "oceanid_tunnel_round_trip_seconds", "gauge", "Smoothed round-trip time of the SSH connection.")
    for entry in entries {
      if let roundTrip = entry.tunnel().roundTrip {
        page.sample("oceanid_tunnel_round_trip_seconds", entry, roundTrip.inSeconds)
      }
    }
    page.family("oceanid_tunnel_reconnects", "counter", "Times that the tunnel came up again.")
    for entry in entries {
      page.sample("oceanid_tunnel_reconnects_total", entry, Double(entry.tunnel().reconnects))
    }
    page.family("oceanid_forward_connections", "gauge", "Open connections of a forward.")
    for entry in entries {
      for forward in entry.tunnel().forwards {
        page.sample(
          "oceanid_forward_connections", entry, Double(forward.openConnections),
          ("listen", "\(forward.listen)"))
      }
    }
    page.family("oceanid_poll_success", "gauge", "1 when the last poll succeeded.")
    for entry in entries {
      guard let poll = entry.poll else { continue }
      page.sample("oceanid_poll_success", entry, (try? poll.result.get()) == nil ? 0 : 1)
    }
    page.family("oceanid_poll_timestamp_seconds", "gauge", "When the last poll ended.")
    for entry in entries {
      guard let poll = entry.poll else { continue }
      page.sample("oceanid_poll_timestamp_seconds", entry, Double(poll.at.milliseconds) / 1000)
    }
    page.family("oceanid_poll_duration_seconds", "gauge", "How long the last poll took.")
    for entry in entries {
      guard let poll = entry.poll else { continue }
      page.sample("oceanid_poll_duration_seconds", entry, poll.duration.inSeconds)
    }
    page.family("oceanid_nodes_ready", "gauge", "Nodes whose verdict is healthy.")
    for entry in entries {
      page.sample("oceanid_nodes_ready", entry, Double(entry.report.nodes.count { $0.verdict == .healthy }))
    }
    page.family("oceanid_problems", "gauge", "Open problems by severity.")
    for entry in entries {
      for severity in [Problem.Severity.critical, .warning] {
        page.sample(
          "oceanid_problems", entry, Double(entry.report.problems.count { $0.severity == severity }),
          ("severity", severity.rawValue))
      }
    }
    return page.text + "# EOF\n"
  }

  private struct Page {
    var text = ""

    mutating func family(_ name: String, _ type: String, _ help: String) {
      text += "# TYPE \(name) \(type)\n# HELP \(name) \(help)\n"
    }

    mutating func sample(
      _ name: String, _ entry: StatusBoard.Entry, _ value: Double, _ label: (String, String)? = nil
    ) {
      let labels = [("cluster", entry.report.name)] + (label.map { [$0] } ?? [])
      let quoted = labels.map { "\($0.0)=\"\(Page.escape($0.1))\"" }.joined(separator: ",")
      text += "\(name){\(quoted)} \(value)\n"
    }

    private static func escape(_ value: String) -> String {
      value.reduce(into: "") { result, character in
        switch character {
        case "\\": result += "\\\\"
        case "\"": result += "\\\""
        case "\n": result += "\\n"
        default: result.append(character)
        }
      }
    }
  }
}
