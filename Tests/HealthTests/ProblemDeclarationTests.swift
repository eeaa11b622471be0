import GuardTypes
import Testing

@testable import Health

/// Each declaration against the situations that fire it.
@Suite struct ProblemDeclarationTests {
  /// Those whose severity depends on the situation.
  private static let varying: Set<ProblemCode> = [
    .api(.clientCertificateExpiring), .api(.authorityExpiring),
    .api(.serverCertificateExpiring), .node(.gpuLost), .flux(.kindsNotServed),
    .platform(.certificateKindsNotServed), .platform(.stackKindsNotServed), .fluxObject(.failed),
    .workload(.unavailable), .pipeline(.tokenExpiring),
    .flux(.objectsGone),
  ]
  /// Those whose step depends on the situation: that of the failure, or of the pod.
  private static let ownStep: Set<ProblemCode> = [
    .access(.tunnelDown), .access(.targetRefused), .api(.failing), .api(.partUnreadable),
    .api(.partsUnreadable), .api(.undecodable), .image(.behind), .image(.notTakenUp), .fluxObject(.failed),
    .workload(.unavailable),
  ]
  private static let access = "--kubeconfig /home/ann/.kube/k3s-config.yaml "

  private static let own: [Problem] = [
    Problem(
      .own(.configurationRejected), ["file": "/etc/oceanid/guard.yaml"], subject: "configuration",
      since: Fixture.now),
    Problem(.own(.alertsFailing), ["channel": "pager"], subject: "alerts pager", since: Fixture.now),
    Problem(.own(.alertsTest), ["channel": "pager"], subject: "alerts pager", since: Fixture.now),
    Problem(.own(.stateUnwritable), ["folder": "/var/lib/x"], subject: "state", since: Fixture.now),
  ]

  /// The check of markers, which reports these, is tested where it is.
  private static let markers = MarkerProblem.allCases.map {
    Problem(
      .marker($0),
      [
        "namespace": "flux-system", "name": "app", "policy": "flux-system:app", "automation": "auto",
        "path": "apps", "place": "apps/a.yaml:1", "marker": "flux-system:app", "file": "apps/a.yaml",
        "what": "a tag where a whole image is", "image": "r/app:2", "correction": "create the policy",
      ], cluster: "tethys", subject: "imagepolicy flux-system/app", since: Fixture.now,
      access: String(access.dropLast()))
  }

  private static let fired = Dictionary(
    grouping: ProblemSituations.reports.flatMap(\.problems) + own + markers, by: \.code)

  @Test(arguments: ProblemCode.allCases)
  func rulesReportTheDeclaredTexts(_ code: ProblemCode) throws {
    let declaration = code.declaration
    let problems = try #require(Self.fired[code], "no situation fires it")
    for problem in problems {
      #expect(problem.kind == declaration.kind)
      #expect(Self.varying.contains(code) || problem.severity == declaration.severity)
      #expect(ProblemCode.of(id: problem.id).contains(code), "\(problem.id)")
      #expect(declaration.titlePattern.matches(problem.title), "\(problem.title)")
      #expect(!(problem.id + problem.title + problem.remedy).contains("<"), "\(problem)")
      #expect(problem.hides.isSuperset(of: declaration.hides))
      if let command = problem.step.command {
        #expect(!command.contains("#"), "\(command)")
        #expect(!command.hasPrefix("kubectl") || command.contains(Self.access))
      }
      guard !Self.ownStep.contains(code) else { continue }
      let command = problem.step.command.map { $0.replacing(Self.access, with: "") }
      if let pattern = declaration.commandPattern {
        #expect(command.map(pattern.matches) == true, "\(command ?? "none")")
      } else {
        #expect(command == nil)
      }
      #expect(problem.step.note.map { declaration.notePattern?.matches($0) == true } ?? true)
    }
  }

  @Test func codesAreUnique() {
    #expect(Set(ProblemCode.allCases.map(\.rawValue)).count == ProblemCode.allCases.count)
    for code in ProblemCode.allCases {
      #expect(ProblemCode(rawValue: code.rawValue) == code)
      #expect(code.rawValue.allSatisfy { $0.isLowercase || $0 == "-" })
    }
    #expect(ProblemCode(rawValue: "quite-another-thing") == nil)
  }

  @Test func remedyHasCommandAndNote() {
    #expect(NextStep(command: "a", note: "b").remedy == "a  # b")
    #expect(NextStep(command: "a").remedy == "a")
    #expect(NextStep(note: "b").remedy == "b")
    #expect(NextStep().remedy == "")
  }

  @Test func valueIsNeverTakenForAPlaceholder() {
    let pattern: Pattern = "node <node> has <state>"
    #expect(pattern.filled { ["node": "<state>", "state": "x"][$0] } == "node <state> has x")
    #expect(pattern.filled { _ in nil } == "node <node> has <state>")
  }
}

/// Which problem comes first, and since when it has lasted.
@Suite struct ProblemOrderTests {
  @Test func causesComeBeforeTheirEffects() {
    let broken = [Fixture.condition("Ready", .isFalse, "BuildFailed", "no")]
    let report = Fixture.report(Expectations(nodes: ["calypso"])) {
      $0.nodes = .seen([Fixture.node("calypso", [Fixture.condition("Ready", .isFalse)])])
      $0.flux = .seen([
        Fixture.kustomization("apps", broken), Fixture.git(broken),
        Fixture.kustomization("b", suspended: true),
      ])
      $0.workloads = .seen([
        Workload(
          resource: Fixture.resource("Deployment", "source-controller", []), desired: 1, ready: 1,
          available: 1, updated: 1, partOf: "flux"),
        Workload(
          resource: Fixture.resource("Deployment", "kustomize-controller", []), desired: 1, ready: 1,
          available: 1, updated: 1, partOf: "flux"),
      ])
      $0.imagePolicies = .seen([
        ImagePolicy(
          resource: Fixture.resource("ImagePolicy", "app"),
          repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: "app"))
      ])
      $0.secrets = .seen([SecretPresence(namespace: "a", name: "b", isPresent: false)])
      $0.isReady = false
    }
    #expect(
      report.problems.map(\.code) == [
        .api(.notReady), .node(.notReady), .flux(.controllerMissing), .fluxObject(.failed),
        .platform(.secretMissing), .fluxObject(.failed), .fluxObject(.suspended),
      ])
    #expect(report.problems[3].subject == "gitrepository flux-system/flux-system")
    #expect(report.summary == "Kubernetes API server is not ready; 5 critical, 2 warnings")
  }

  @Test func oldestOfTheWorstComesFirst() {
    func since(_ name: String, _ seconds: Int64) -> FluxObject {
      Fixture.kustomization(name, [Fixture.condition("Ready", .isFalse, "BuildFailed", ago: seconds)])
    }
    let report = Fixture.report {
      $0.flux = .seen([Fixture.git(), since("a", 60), since("b", 600), since("c", 300)])
    }
    #expect(report.problems.map(\.subject.last) == ["b", "c", "a"])
  }

  /// 503, then 401, then 403, then silence: one outage of the API.
  @Test func outageOfTheAPIStartsWithItsFirstCause() {
    var history = PollHistory()
    var begins: [Timestamp] = []
    let codes: [PollErrorCode?] = [.unreachable, .unauthorized, .forbidden, .timeout, nil]
    for (step, code) in codes.enumerated() {
      let now = Fixture.now + .seconds(Int64(step) * 100)
      let failure = code.map { PollFailure(code: $0, message: "no", remedy: "") }
      let (report, next) = judge(
        Fixture.observation(at: Fixture.ago(3), failure: failure), history: history, now: now)
      history = next
      #expect(report.problems.map(\.kind) == [.api])
      begins += report.problems.map(\.since)
    }
    #expect(begins.dropLast() == Array(repeating: Fixture.now, count: 4)[...])
    // By then, it is known that no poll has succeeded since.
    #expect(begins.last.map { $0 <= Fixture.now } == true)
  }

  @Test func laterBlockedTunnelIsTheSameOutage() {
    var history = PollHistory()
    func judged(_ tunnel: TunnelHealth, _ seconds: Int64, failure: PollFailure? = nil) -> Problem? {
      let (report, next) = judge(
        Fixture.observation(tunnel: tunnel, failure: failure), history: history,
        now: Fixture.now + .seconds(seconds))
      history = next
      return report.problems.first
    }
    func down(_ state: TunnelState, _ code: TunnelErrorCode) -> TunnelHealth {
      Fixture.tunnel(
        state, .init(code: code, message: "no", remedy: "", at: Fixture.now), attempt: 3)
    }
    let first = judged(down(.backoff, .peerClosed), 0)
    let second = judged(down(.blocked, .authRefused), 60)
    #expect(first?.title == "SSH tunnel to tethys is down")
    #expect(second?.title == "SSH tunnel to tethys is blocked")
    #expect(first?.since == second?.since)
    // Another one after it was up is another outage, although the API did not answer in between.
    let failure = PollFailure(code: .unreachable, message: "no", remedy: "")
    #expect(judged(Fixture.tunnel(), 120, failure: failure)?.kind == .api)
    #expect(judged(down(.backoff, .peerClosed), 180)?.since == Fixture.now + .seconds(180))
  }
}
