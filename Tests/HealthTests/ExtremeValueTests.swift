import Testing

@testable import Health

/// The rules end with a result for any values of an object.
@Suite struct ExtremeValueTests {
  @Test(arguments: [
    "v1.-9223372036854775808", "v1.9223372036854775807", "v1.", "v1.٣٣", "v1.+33.1", "1.99999.0", "",
  ])
  func invalidVersionIsNotCompared(version: String) {
    #expect(
      Fixture.report {
        $0.version = "v1.9.0"
        $0.nodes = .seen([Fixture.node("a", version: version)])
      }.problemIDs == [])
    #expect(
      Fixture.report {
        $0.version = version
        $0.nodes = .seen([Fixture.node("a", version: "v1.33.4")])
      }.problemIDs == [])
  }

  @Test(arguments: [Int.min, -1, 0, 1, Int.max]) func workloadCountsMayBeExtreme(count: Int) {
    for updates in [Workload.Updates.rolling, .onDelete, .partition(count), .partition(Int.min)] {
      for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
        let workload = Workload(
          resource: Fixture.resource(kind, "a"), desired: count, ready: 3, available: 3, updated: count,
          current: count, updates: updates)
        _ = Fixture.report(Expectations(workloads: [.init(namespace: "flux-system", name: "a")])) {
          $0.workloads = .seen([workload])
        }
      }
    }
  }

  @Test func negativePartitionIsZero() {
    let workload = Workload(
      resource: Fixture.resource("StatefulSet", "a"), desired: 3, ready: 3, available: 3, updated: 2,
      current: 3,
      updates: .partition(Int.min))
    #expect(KStatus.compute(workload).reason == "PartitionRollout")
  }

  /// Thousands that wait, each for the next: the last one for what is broken, for nothing, or for the first.
  @Test(.timeLimit(.minutes(1)), arguments: ["broken", "nothing", "circle"])
  func chainOfThousandsHasOneCause(end: String) {
    let count = 4000
    func reference(_ number: Int) -> Reference {
      Reference(kind: "Kustomization", namespace: "flux-system", name: "k\(number)")
    }
    var objects = (0..<count).map { number in
      let isLast = number == count - 1
      return Fixture.kustomization(
        "k\(number)",
        [Fixture.condition("Ready", .isFalse, "DependencyNotReady", "waits", ago: 9000)],
        dependsOn: [isLast && end == "circle" ? reference(0) : reference(number + 1)])
    }
    if end == "broken" {
      objects.append(
        Fixture.kustomization("k\(count)", [Fixture.condition("Ready", .isFalse, "BuildFailed", "no")]))
    }
    let report = Fixture.report { $0.flux = .seen(objects) }
    let problem =
      switch end {
      case "broken": "k\(count)/failed"
      case "nothing": "k\(count - 1)/failed"
      default: "k0/waiting"
      }
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/\(problem)"])
  }

  @Test func cycleReportsForItsDependants() {
    func waiting(_ name: String, for parent: String) -> FluxObject {
      Fixture.kustomization(
        name, [Fixture.condition("Ready", .isFalse, "DependencyNotReady", "waits", ago: 9000)],
        dependsOn: [Reference(kind: "Kustomization", namespace: "flux-system", name: parent)])
    }
    let report = Fixture.report {
      $0.flux = .seen([
        waiting("a", for: "b"), waiting("b", for: "c"), waiting("c", for: "b"), waiting("d", for: "d"),
      ])
    }
    #expect(
      report.problemIDs == ["b", "d"].map { "tethys/flux/kustomization/flux-system/\($0)/waiting" })
  }

  @Test(arguments: ["9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
  func implausibleServerClockIsIgnored(date: String) throws {
    let serverTime = try #require(Timestamp(rfc3339: date))
    let snapshot = Fixture.snapshot {
      $0.serverTime = serverTime
      $0.nodes = .seen([Fixture.node("a", [Fixture.condition("Ready", .isFalse, ago: 600)], cordoned: true)])
    }
    let report = Fixture.report(Fixture.observation(snapshot, at: Fixture.now))
    #expect(
      report.problems.map(\.id) == ["tethys/node/a/not-ready", "tethys/node/a/cordoned"])
    #expect(report.problems.map(\.since) == [Fixture.ago(600), Fixture.now])
  }

  @Test(arguments: ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
  func sinceIsAlwaysATime(date: String) throws {
    let time = try #require(Timestamp(rfc3339: date))
    let snapshot = Fixture.snapshot {
      // An hour ahead of us.
      $0.serverTime = Fixture.now + .seconds(3600)
      $0.nodes = .seen([
        Fixture.node("a", [Condition(type: "Ready", status: .isFalse, lastTransitionTime: time)])
      ])
    }
    let report = Fixture.report(Fixture.observation(snapshot, at: Fixture.now))
    for problem in report.problems {
      #expect(Timestamp(rfc3339: problem.since.description) == problem.since)
      #expect(problem.since <= Fixture.now)
    }
  }
}
