import Curl
import DemoCluster
import GuardTypes
import Health
import IncidentTracking
import TestSupport
import Testing

@testable import Kubernetes

/// Recorded responses of a real API server, while it runs and while it starts, and the guard's conclusions.
@Suite(.blocking) struct RecordedStartTests {
  @Test(arguments: RecordedServer.Release.allCases)
  func everyRecordedObjectIsDecoded(release: RecordedServer.Release) throws {
    var watching = try RecordedGuard(RecordedServer(release: release))
    let report = try watching.poll(at: 0)
    #expect(report.nodes.count == 3)
    #expect(report.flux.filter { $0.value.resource.kind == "Kustomization" }.count == 6)
    #expect(report.flux.count == 10)
    #expect(report.policies.count == 2 && report.repositories.count == 1 && report.automations.count == 1)
    #expect(!report.problems.contains { $0.id.contains("/undecodable/") || $0.id.hasPrefix("tethys/api/") })
    #expect(watching.history.kinds["Kustomization"]?.objects == 6)
    #expect(watching.history.kinds.count == (release == .flux27 ? 16 : 15))
  }

  /// The problems of an undisturbed server per second: they change, because objects age.
  private static func undisturbed(_ release: RecordedServer.Release, until end: Int) throws -> [Int: [String]]
  {
    var watching = try RecordedGuard(RecordedServer(release: release))
    var problems: [Int: [String]] = [:]
    for second in stride(from: 0, through: end, by: 15) {
      problems[second] = try watching.poll(at: second).problems.map(\.id)
    }
    return problems
  }

  /// A restart at every second of a minute: before, during and after discovery.
  @Test(arguments: [
    (RecordedServer.Release.flux264, 13), (.flux27, 13), (.flux27, 40),
  ]) func aServerRestartResolvesNoIncident(release: RecordedServer.Release, length: Int) throws {
    let expected = try Self.undisturbed(release, until: 240)
    for offset in 0..<60 {
      var watching = try RecordedGuard(RecordedServer(release: release))
      let began = 90 + offset
      let start = Startup(at: APITime(microseconds: Int64(began) * 1_000_000), seconds: length)
      var objects: Set<String>?
      for second in stride(from: 0, through: 240, by: 15) {
        watching.server.phase =
          second < began ? nil : start.phase(at: APITime(microseconds: Int64(second) * 1_000_000))
        let report = try watching.poll(at: second)
        objects = objects ?? report.objects
        #expect(report.objects == objects, "at \(second) s of a start at \(began) s")
        let more = Set(report.problems.map(\.id)).subtracting(expected[second] ?? [])
        #expect(more.allSatisfy { $0.hasPrefix("tethys/api/") }, "\(more)")
        if second > began + length + 15 { #expect(report.problems.map(\.id) == expected[second]) }
      }
      let others = watching.notices.filter { $0.incident.kind != .api }
      #expect(others.allSatisfy { $0.change == .opened }, "\(others.map(\.key))")
    }
  }

  /// A server that restarts during a poll, between any two of its requests.
  @Test(arguments: [Startup.Phase.down, .unknown, .unavailable, .unnamed, .unready])
  func aRestartDuringAPollResolvesNoIncident(phase: Startup.Phase) throws {
    for number in 0..<40 {
      var watching = try RecordedGuard(RecordedServer(release: .flux27))
      let before = try watching.poll(at: 0)
      for second in [60, 120, 180] {
        let report = try watching.poll(at: second) { index, server in
          if index == number { server.phase = phase }
        }
        #expect(report.objects == before.objects, "from request \(number) on")
        watching.server.phase = nil
        #expect(try watching.poll(at: second + 15).verdict == before.verdict)
      }
    }
  }

  @Test(arguments: [Startup.Phase.unknown, .unavailable, .unnamed, .unready])
  func aGuardStartedMeanwhileAssumesNoAbsence(phase: Startup.Phase) throws {
    var expectations = Expectations()
    expectations.fluxVersion = "v2.6.4"
    for history in [PollHistory(), PollHistory(kinds: ["Kustomization": PollHistory.KnownKind(objects: 6)])] {
      var watching = try RecordedGuard(RecordedServer(release: .flux264, phase: phase), history: history)
      for second in [0, 15, 30, 45, 60, 75] {
        let report = try watching.poll(at: second, expecting: expectations)
        #expect(report.isFluxInstalled != false)
        #expect(!report.problems.contains { $0.id.hasPrefix("tethys/flux/missing") })
        #expect(!report.problems.contains { $0.id.hasSuffix("/not-served") })
      }
      watching.server.phase = nil
      #expect(try watching.poll(at: 90, expecting: expectations).flux.count == 10)
    }
  }

  @Test(arguments: [
    "kustomizations.kustomize.toolkit.fluxcd.io", "imagepolicies.image.toolkit.fluxcd.io",
    "helmreleases.helm.toolkit.fluxcd.io", "gitrepositories.source.toolkit.fluxcd.io",
  ]) func aDeletedDefinitionIsReportedAndResolvesNoIncident(definition: String) throws {
    let expected = try Self.undisturbed(.flux264, until: 600)
    for hidesReadiness in [false, true] {
      var watching = try RecordedGuard(RecordedServer(release: .flux264))
      watching.server.hidesReadiness = hidesReadiness
      var before = try watching.poll(at: 0)
      for second in stride(from: 15, through: 120, by: 15) { before = try watching.poll(at: second) }
      watching.server.deleted = [definition]
      for second in stride(from: 135, through: 400, by: 15) {
        let report = try watching.poll(at: second)
        #expect(report.objects == before.objects)
        #expect(second < 200 || report.problems.contains { $0.id == "tethys/flux/kinds/not-served" })
        #expect(report.verdict != .healthy)
      }
      #expect(watching.notices.allSatisfy { $0.change != .ended })
      watching.server.deleted = []
      for second in stride(from: 420, through: 600, by: 15) {
        let report = try watching.poll(at: second)
        #expect(report.objects == before.objects)
        let more = Set(report.problems.map(\.id)).subtracting(expected[second] ?? [])
        #expect(second < 500 || more.allSatisfy { $0.hasPrefix("tethys/api/") }, "\(more)")
      }
    }
  }

  @Test func refusalsContainTheServersMessage() throws {
    let forbidden = Response(
      status: 403, contentType: "application/json", body: try RecordedServer.recorded("forbidden.json"))
    let config = try kubeconfig()
    let failure = PollFailure(forbidden, asking: Subject(path: "/version"), of: config)
    #expect(failure?.code == .forbidden)
    #expect(failure?.message.contains("cannot list resource") == true)
    let unauthorized = Response(
      status: 401, contentType: "application/json", body: try RecordedServer.recorded("unauthorized.json"))
    #expect(PollFailure(unauthorized, asking: Subject(path: "/version"), of: config)?.code == .unauthorized)
  }

  @Test func aSecretWithA404IsMissing() throws {
    var expectations = Expectations()
    expectations.secrets = [.init(namespace: "flux-system", name: "none")]
    var watching = try RecordedGuard(RecordedServer(release: .flux27))
    let report = try watching.poll(at: 0, expecting: expectations)
    #expect(report.problems.contains { $0.id == "tethys/secret/flux-system/none/missing" })
  }
}

@Suite struct KnownKindsTests {
  private func kinds(_ looks: (KnownKinds.Finding, isReady: Bool)...) -> KnownKinds.State? {
    var kinds = KnownKinds()
    for look in looks { kinds.record(["Stack": look.0], isReady: look.isReady) }
    return kinds.states["Stack"]
  }

  @Test func absenceNeedsTwoPollsOfAReadyServer() {
    #expect(kinds((.named(version: "v1"), true), (.missing, true)) == .missed(version: "v1"))
    #expect(kinds((.named(version: "v1"), true), (.missing, true), (.missing, true)) == .absent)
    #expect(kinds((.named(version: "v1"), false), (.missing, true), (.missing, true)) == .absent)
  }

  @Test func aServerThatIsNotReadyProvesNoAbsence() {
    let many = [KnownKinds.Finding](repeating: .missing, count: 10)
    var kinds = KnownKinds(earlier: ["Stack"])
    for look in many { kinds.record(["Stack": look], isReady: false) }
    #expect(kinds.isKnown("Stack"))
    // Polls of a server that is not ready do not count.
    for isReady in [true, false, true, false] { kinds.record(["Stack": .missing], isReady: isReady) }
    #expect(kinds.isKnown("Stack"))
  }

  @Test func anySignOfTheKindRestartsTheCount() {
    for look in [KnownKinds.Finding.listed, .unclear, .named(version: "v2")] {
      let belief = kinds((.named(version: "v1"), true), (.missing, true), (look, true), (.missing, true))
      #expect(belief == .missed(version: look == .named(version: "v2") ? "v2" : "v1"))
    }
  }

  @Test func anUnknownKindIsAbsentAfterOnePoll() {
    #expect(kinds((.missing, true)) == .absent)
    #expect(kinds((.missing, false)) == nil)
    #expect(kinds((.missing, true), (.named(version: "v1"), true)) == .served(version: "v1"))
  }
}
