import GuardTypes
import Health
import Testing

@Suite struct AccessRulesTests {
  @Test func healthyClusterHasNoProblems() {
    let report = Fixture.report(Fixture.observation())
    #expect(report.verdict == .healthy)
    #expect(report.problems.isEmpty)
    #expect(report.summary == "2/2 nodes Ready, Flux 2/2")
  }

  @Test(arguments: [TunnelState.connecting, .backoff, .blocked])
  func brokenTunnelIsOneProblemAndTheRestIsUnknown(_ state: TunnelState) {
    let failure = TunnelHealth.Failure(
      code: .connectRefused, message: "192.0.2.7:22: Connection refused", remedy: "check sshd",
      at: Fixture.ago(30))
    let report = Fixture.report(
      Fixture.observation(
        Fixture.snapshot {
          $0.nodes = .seen([Fixture.node("calypso", [Fixture.condition("Ready", .isFalse)])])
        },
        tunnel: Fixture.tunnel(state, failure, attempt: 3)))
    #expect(report.problemIDs == ["tethys/tunnel/connect_refused"])
    #expect(report.problems.first?.remedy == "check sshd")
    #expect(report.verdict == .critical)
    #expect(report.nodes.map(\.verdict) == [.unknown])
    #expect(report.nodes.map(\.status) == ["NotReady"])
    #expect(report.flux.allSatisfy { $0.verdict == .unknown })
  }

  @Test func firstAttemptIsNoProblem() {
    let report = Fixture.report(Fixture.observation(nil, tunnel: Fixture.tunnel(.connecting, attempt: 1)))
    #expect(report.verdict == .unknown)
    #expect(report.problems.isEmpty)
    #expect(report.summary == "connecting to tethys")
  }

  @Test func stateIsUnknownBeforeTheFirstPoll() {
    let report = Fixture.report(Fixture.observation(nil))
    #expect(report.verdict == .unknown)
    #expect(report.problems.isEmpty)
  }

  @Test(arguments: [
    PollErrorCode.unreachable, .tls, .unauthorized, .forbidden, .timeout, .badResponse, .kubeconfig,
  ])
  func failedPollIsOneProblem(_ code: PollErrorCode) {
    let failure = PollFailure(code: code, message: "no", remedy: "do this")
    let report = Fixture.report(Fixture.observation(failure: failure))
    #expect(report.problemIDs == ["tethys/api/\(code.rawValue)"])
    #expect(report.verdict == .critical)
    #expect(report.nodes.allSatisfy { $0.verdict == .unknown })
  }

  @Test func oldDataIsUnknown() {
    let report = Fixture.report(Fixture.observation(at: Fixture.ago(46)))
    #expect(report.problemIDs == ["tethys/api/stale"])
    #expect(report.nodes.allSatisfy { $0.verdict == .unknown })
    #expect(Fixture.report(Fixture.observation(at: Fixture.ago(44))).verdict == .healthy)
  }

  @Test func busyPortIsAProblemAndTheClusterIsStillJudged() {
    let forward = TunnelHealth.Forward(
      listen: "127.0.0.1:16443", target: "localhost:6443", state: .portBusy, holder: "ssh (pid 4242)",
      refusal: nil)
    let report = Fixture.report(Fixture.observation(tunnel: Fixture.tunnel(forwards: [forward])))
    #expect(report.problemIDs == ["tethys/forward/127.0.0.1:16443/port-busy"])
    #expect(report.problems.first?.title.contains("ssh (pid 4242)") == true)
    #expect(report.problems.first?.remedy.contains("sport = :16443") == true)
    #expect(report.nodes.allSatisfy { $0.verdict == .healthy })
  }

  @Test func busyPortWithoutAKnownHolderIsAProblem() {
    let forward = TunnelHealth.Forward(
      listen: "127.0.0.1:16443", target: "localhost:6443", state: .portBusy, holder: nil, refusal: nil)
    let report = Fixture.report(Fixture.observation(tunnel: Fixture.tunnel(forwards: [forward])))
    #expect(report.problems.map(\.title) == ["127.0.0.1:16443 is in use by another process"])
  }

  @Test func failedPartLeavesTheRest() {
    let failure = PollFailure(code: .forbidden, message: "may not list", remedy: "grant list on nodes")
    let report = Fixture.report { $0.nodes = .failed(failure) }
    #expect(report.problemIDs == ["tethys/api/nodes/forbidden"])
    #expect(report.verdict == .unknown)
    #expect(report.flux.count == 2)
  }

  @Test func slowServerIsOneProblemAndMissingPermissionsAreOneEach() throws {
    func report(_ code: PollErrorCode) -> ClusterReport {
      func failure(_ rule: String) -> PollFailure {
        PollFailure(code: code, message: "no answer within 10 s", remedy: "do this for \(rule)")
      }
      return Fixture.report {
        $0.certificates = .failed(failure("certificates"))
        $0.imagePolicies = .failed(failure("imagepolicies"))
        $0.pods = .failed(failure("pods"))
      }
    }
    let slow = report(.timeout)
    #expect(slow.problemIDs == ["tethys/api/parts/timeout"])
    #expect(
      try #require(slow.problems.first).detail
        == "no answer within 10 s; not read: certificates, image policies, pods")
    #expect(report(.forbidden).problems.count == 3)
  }

  @Test func refusalOfSeveralPartsIsOneProblem() {
    let discovery = PollFailure(code: .forbidden, message: "/apis: forbidden", remedy: "allow /apis")
    let pods = PollFailure(code: .forbidden, message: "pods: forbidden", remedy: "allow pods")
    let report = Fixture.report {
      $0.flux = .failed(discovery)
      $0.failedFluxKinds = ["Kustomization": discovery, "HelmRelease": discovery]
      $0.certificates = .failed(discovery)
      $0.imagePolicies = .failed(discovery)
      $0.pods = .failed(pods)
    }
    #expect(report.problemIDs == ["tethys/api/parts/forbidden", "tethys/api/pods/forbidden"])
    #expect(report.problems.map(\.remedy) == ["allow /apis", "allow pods"])
  }

  @Test func expiringCertificateIsReportedEarly() {
    #expect(
      Fixture.report { $0.clientCertificateExpiry = Fixture.now + .seconds(13 * 86_400) }.problemIDs
        == ["tethys/api/client-certificate-expiring"])
    #expect(
      Fixture.report { $0.clientCertificateExpiry = Fixture.now + .seconds(15 * 86_400) }.problems.isEmpty)
  }

  @Test func expiringAuthorityIsReported() {
    let report = Fixture.report { $0.authorityExpiry = Fixture.now + .seconds(3600) }
    #expect(report.problemIDs == ["tethys/api/certificate-authority-expiring"])
    #expect(report.verdict == .critical)
    #expect(
      Fixture.report { $0.authorityExpiry = Fixture.now + .seconds(-60) }.problems.first?.title
        == "the cluster's certificate authority has expired")
  }

  @Test func unverifiedServerIsAProblem() {
    #expect(Fixture.report { $0.isServerUnverified = true }.problemIDs == ["tethys/api/insecure"])
  }

  @Test(arguments: [(true, [String]()), (nil, []), (false, ["tethys/api/not-ready"])])
  func serverIsNotReadyOnlyIfItReportsSo(isReady: Bool?, ids: [String]) {
    #expect(Fixture.report { $0.isReady = isReady }.problemIDs == ids)
  }

  @Test func failedRequestIsReported() {
    let failure = PollFailure(code: .timeout, message: "no answer", remedy: "ask by hand")
    let report = Fixture.report { $0.gaps = ["readiness": failure, "node-leases": failure] }
    #expect(report.problemIDs == ["tethys/api/parts/timeout"])
    #expect(report.problems.first?.detail == "no answer; not read: node-leases, readiness")
    #expect(report.verdict == .degraded)
  }

  @Test func undecodableObjectsAreListedWithALimit() {
    func nodes(_ names: Range<Int>) -> [UndecodableObject] {
      names.map { UndecodableObject(kind: "Node", name: "n\($0)", reason: "is null") }
    }
    #expect(Fixture.report { $0.undecodable = nodes(0..<1) }.problems.count == 1)
    let many = Fixture.report { $0.undecodable = nodes(0..<500) }
    #expect(many.problems.count == 6)
  }

  @Test func firstSightingIsTheStartOfAFaultWithoutATime() {
    let expectations = Expectations(nodes: ["ghost"])
    let observation = Fixture.observation(Fixture.snapshot(), expectations)
    let (first, history) = judge(observation, history: PollHistory(), now: Fixture.now)
    let (second, _) = judge(observation, history: history, now: Fixture.now + .seconds(20))
    let id = "tethys/node/ghost/missing"
    #expect(first.problems.first { $0.id == id }?.since == Fixture.now)
    #expect(second.problems.first { $0.id == id }?.since == Fixture.now)
    let (_, cleared) = judge(Fixture.observation(), history: history, now: Fixture.now)
    #expect(cleared.firstSeen.isEmpty)
  }

  @Test func criticalProblemsComeFirst() {
    let report = Fixture.report(Expectations(nodes: ["srv712429", "ghost"])) { _ in }
    #expect(report.problems.map(\.severity) == [.critical, .warning])
  }
}
