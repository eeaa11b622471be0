extension Incident {
  /// An incident of nothing, by which somebody tries an alert channel out.
  public static func test(of channel: String, at now: Timestamp) -> Incident {
    var incident = Incident(
      id: "test-\(channel)@\(now.milliseconds)",
      of: Problem(
        id: "guard/alerts/\(channel)/test", severity: .warning, cluster: "", subject: "alerts \(channel)",
        title: "test of the alert channel \(channel)",
        detail: "Nothing is wrong: somebody tries the channel out.",
        since: now, remedy: "none is needed"))
    incident.state = .firing
    incident.firedAt = now
    incident.notices = 1
    return incident
  }

  public var isTest: Bool { kind == .alerts && problem.hasSuffix("/test") }
}
