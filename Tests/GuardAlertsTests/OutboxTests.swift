import Testing

@testable import GuardAlerts
@testable import Health
@testable import IncidentTracking

@Suite struct OutboxTests {
  private func words(_ entries: [IncidentNotice.Entry]) -> [String] {
    IncidentNotice(at: moment, cluster: "", entries: entries).words
  }

  @Test(
    arguments: [
      ([.opened, .worsened], ["opened a/2"]),
      ([.opened, .flapping, .reminder], ["opened a/3"]),
      ([.opened, .ended], ["ended a/2"]),
      ([.opened, .worsened, .reminder, .ended], ["ended a/4"]),
      ([.worsened, .reminder], ["worsened a/2"]),
      ([.flapping, .reminder], ["flapping a/2"]),
      ([.reminder, .reminder], ["reminder a/2"]),
      ([.reminder, .worsened], ["worsened a/2"]),
      ([.ended, .opened], ["opened a/2"]),
    ] as [([IncidentNotice.Change], [String])])
  func pendingEntriesCollapse(_ changes: [IncidentNotice.Change], _ expected: [String]) {
    var outbox = Outbox()
    for (index, change) in changes.enumerated() {
      _ = outbox.add(.init(change, .sample("a", notices: index + 1)), at: moment)
    }
    #expect(outbox.count == 1)
    let batch1 = outbox.dequeue()
    #expect(words(batch1) == expected)
  }

  @Test func entriesInFlightCollapseOnlyAfterAFailure() {
    var outbox = Outbox()
    _ = outbox.add(.init(.opened, .sample("a")), at: moment)
    let batch2 = outbox.dequeue()
    #expect(words(batch2) == ["opened a/1"])
    _ = outbox.add(.init(.ended, .sample("a", notices: 2)), at: moment)
    var arrived = outbox
    let notices = arrived.recordDelivery()
    #expect(notices.map(\.incident.id) == ["a"])
    #expect(arrived.announced == ["a"])
    let batch3 = arrived.dequeue()
    #expect(words(batch3) == ["ended a/2"])
    _ = arrived.recordDelivery()
    #expect(arrived.announced.isEmpty)
    #expect(arrived.isEmpty)
    _ = outbox.recordFailure()
    let batch4 = outbox.dequeue()
    #expect(words(batch4) == ["ended a/2"])
  }

  @Test func messageHasOneClusterWorstFirst() {
    var outbox = Outbox()
    for (id, severity, cluster) in [
      ("a", Problem.Severity.warning, "one"), ("b", .critical, "two"), ("c", .critical, "one"),
    ] {
      _ = outbox.add(.init(.opened, .sample(id, severity, cluster: cluster)), at: moment)
    }
    _ = outbox.add(.init(.ended, .sample("d", cluster: "one")), at: moment)
    let batch5 = outbox.dequeue()
    #expect(words(batch5) == ["opened c/1", "opened a/1", "ended d/1"])
    _ = outbox.recordDelivery()
    let batch6 = outbox.dequeue()
    #expect(words(batch6) == ["opened b/1"])
  }

  @Test func fullOutboxDropsTheLeastImportantEntries() {
    var policy = DeliveryPolicy()
    policy.maxPending = 100
    var outbox = Outbox(policy: policy)
    var dropped = 0
    for index in 0..<60 {
      dropped += outbox.add(.init(.opened, .sample("c\(index)")), at: moment).dropped
      dropped += outbox.add(.init(.opened, .sample("w\(index)", .warning)), at: moment).dropped
      dropped += outbox.add(.init(.ended, .sample("e\(index)")), at: moment).dropped
    }
    #expect(outbox.count <= 100)
    #expect(outbox.count + dropped == 180)
    let left = outbox.waiting.keys
    #expect(left.count { $0.hasPrefix("c") } == 60)
    #expect(left.contains("w59"))
    #expect(!left.contains("w0"))
  }

  /// The limit in the manual: ten thousand incidents with details of the largest size.
  @Test func tenThousandLongEntriesFit() {
    var outbox = Outbox()
    let detail = String(repeating: "日", count: 1000)
    var dropped = 0
    for index in 0..<10_000 {
      var incident = Incident.sample("\(index)")
      incident.detail = detail
      dropped += outbox.add(.init(.opened, incident), at: moment).dropped
    }
    #expect(dropped == 0)
    #expect(outbox.count == 10_000)
  }

  @Test func sizeIsLimitedInBytes() {
    var policy = DeliveryPolicy()
    policy.maxBytes = 100_000
    var outbox = Outbox(policy: policy)
    for index in 0..<1000 {
      _ = outbox.add(
        .init(.opened, .sample("\(index)", title: String(repeating: "x", count: 2000))), at: moment)
    }
    #expect((50...200).contains(outbox.count))
  }

  /// Notified incidents are kept until they end.
  @Test func notifiedIncidentsAreForgottenWhenNoneFires() {
    var outbox = Outbox()
    for id in ["a", "b"] { _ = outbox.add(.init(.opened, .sample(id)), at: moment) }
    _ = outbox.dequeue()
    _ = outbox.recordDelivery()
    #expect(outbox.knows("a"))
    outbox.removeEnded(except: ["b"])
    #expect(!outbox.knows("a"))
    #expect(outbox.knows("b"))
  }
}
