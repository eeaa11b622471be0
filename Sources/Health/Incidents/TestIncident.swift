extension Incident {
  /// An incident of nothing, that tests an alert channel.
  public static func test(of channel: String, at now: Timestamp) -> Incident {
    var incident = Incident(
      id: "test-\(channel)@\(now.milliseconds)",
      of: Problem(
        .own(.alertsTest), ["channel": channel], subject: "alerts \(channel)",
        detail: "Nothing is wrong: this is a test of the channel.", since: now,
        step: NextStep(note: "none is needed")))
    incident.state = .firing
    incident.firedAt = now
    incident.notices = 1
    return incident
  }

  public var isTest: Bool { code == ProblemCode.own(.alertsTest).rawValue }
}
