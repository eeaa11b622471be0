import FoundationEssentials
import Health
import IncidentTracking
import Synchronization
import TestSupport
import Testing

/// Invariants under random faults, cuts, sleeps, silences and restarts in virtual time.
@Suite struct IncidentPropertyTests {
  @Test(arguments: 0..<40)
  func everyAlertHasOneEnd(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var tracker = IncidentTracker()
    var now = Timestamp(seconds: 1_800_000_000)
    var broken: [String: Problem.Severity] = [:]
    var isDown = false
    /// At the last look.
    var wasDown = false
    var serial = 0
    /// By incident: its notices in order.
    var notified: [String: [IncidentNotice.Change]] = [:]
    var keys: Set<String> = []
    var subjects: [String: String] = [:]

    func deliver(_ notices: [IncidentNotice]) {
      for entry in notices.flatMap(\.entries) {
        #expect(keys.insert(entry.key).inserted, "told twice: \(entry.key)")
        notified[entry.incident.id, default: []].append(entry.change)
        #expect(
          !wasDown || entry.change == .ended || entry.incident.kind == .tunnel,
          "\(entry.change) of what can't be seen: \(entry.key)")
        #expect(entry.incident.notifiedSeverity != nil)
        if entry.change == .ended {
          subjects[entry.incident.subject] = nil
        } else {
          let other = subjects.updateValue(entry.incident.id, forKey: entry.incident.subject)
          #expect(other == nil || other == entry.incident.id, "two at once for \(entry.incident.subject)")
        }
      }
    }

    func look() {
      serial += 1
      wasDown = isDown
      var problems: [Problem] = []
      func add(_ kind: Problem.Kind, _ subject: String, _ severity: Problem.Severity) {
        problems.append(
          Problem(
            .sample(kind), id: "c/\(kind.rawValue)/\(subject)/x", severity: severity, cluster: "c",
            subject: subject,
            title: "t",
            detail: "", since: now, step: NextStep()))
      }
      if isDown {
        add(.tunnel, "tunnel", .critical)
      } else {
        for (subject, severity) in broken { add(.node, subject, severity) }
      }
      tracker.observe(
        ProblemObservation(
          cluster: "c", problems: problems, unseen: isDown ? Set(Problem.Kind.allCases) : [], poll: now),
        at: now)
    }

    for _ in 0..<3000 {
      switch Int.random(in: 0..<40, using: &generator) {
      case 0...5:
        let subject = "n\(Int.random(in: 0..<4, using: &generator))"
        broken[subject] =
          broken[subject] == nil ? (Bool.random(using: &generator) ? .critical : .warning) : nil
      case 6: isDown.toggle()
      case 7:
        // A restart: only the saved state remains.
        tracker = try JSONDecoder().decode(IncidentTracker.self, from: JSONEncoder().encode(tracker))
      case 8:
        now = now + .seconds(Int64.random(in: 60..<30000, using: &generator))
        tracker.resume(at: now)
      case 9:
        tracker.add(
          Silence(
            id: "s\(serial)", cluster: nil, pattern: Bool.random(using: &generator) ? nil : "n1", reason: "r",
            author: "a", createdAt: now, expiresAt: now + .seconds(900)))
      case 10: now = now - .seconds(Int64.random(in: 0..<100, using: &generator))
      default: look()
      }
      now = now + .seconds(Int64.random(in: 1..<20, using: &generator))
      deliver(tracker.advance(to: now))
      let open = tracker.open
      #expect(Set(open.map(\.subject)).count == open.count)
    }
    // Calm: everything is well, and stays so.
    broken = [:]
    isDown = false
    for _ in 0..<400 {
      look()
      now = now + .seconds(5)
      deliver(tracker.advance(to: now))
    }
    #expect(tracker.open.isEmpty)
    #expect(subjects.isEmpty, "never ended: \(subjects)")
    for (id, changes) in notified {
      #expect(changes.first == .opened, "\(id): \(changes)")
      #expect(changes.last == .ended, "\(id): \(changes)")
      #expect(
        changes.count { $0 == .ended } == 1 && changes.count { $0 == .opened } == 1, "\(id): \(changes)")
    }
    #expect(!notified.isEmpty)
  }

  /// The same faults with and without restarts bring the same notices.
  @Test(arguments: [1, 7, 13, 100])
  func restartAtAnyPointNeitherRepeatsNorForgets(every steps: Int) throws {
    func notices(restarting: Bool) throws -> [String] {
      var generator = SeededGenerator(seed: 99)
      let serial = Atomic(0)
      let makeID = { @Sendable in "n\(serial.add(1, ordering: .relaxed).newValue)" }
      var tracker = IncidentTracker()
      tracker.makeID = makeID
      var now = Timestamp(seconds: 1_800_000_000)
      var isBroken = false
      var notified: [String] = []
      for step in 0..<2000 {
        if Int.random(in: 0..<30, using: &generator) == 0 { isBroken.toggle() }
        let problem = Problem(
          .node(.condition), id: "c/node/n/x", severity: .critical, cluster: "c", subject: "n", title: "t",
          detail: "",
          since: now,
          step: NextStep())
        tracker.observe(
          ProblemObservation(
            cluster: "c", problems: isBroken ? [problem] : [], poll: now),
          at: now)
        now = now + .seconds(5)
        notified += tracker.advance(to: now).flatMap(\.entries).map { "\($0.change) \($0.key)" }
        if restarting, step % steps == 0 {
          tracker = try JSONDecoder().decode(IncidentTracker.self, from: JSONEncoder().encode(tracker))
          tracker.makeID = makeID
        }
      }
      return notified
    }
    let plain = try notices(restarting: false)
    #expect(plain.count > 10)
    #expect(try notices(restarting: true) == plain)
  }
}
