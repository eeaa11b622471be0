import GuardAPI
import GuardTypes
import Health
import Platform
import Testing

@testable import GuardDoctor
@testable import Tunnel

@Suite struct DoctorFindingTests {
  private static let listen = StreamAddress(host: "127.0.0.1", port: 16443)

  @Test(arguments: [
    (["ssh", "-N", "-L", "16443:localhost:6443", "tethys"], true),
    (["/usr/bin/ssh", "-fNL16443:localhost:6443", "t"], true),
    (["ssh", "-NL", "127.0.0.1:16443:localhost:6443", "t"], true),
    (["ssh", "-L", "[::1]:16443:localhost:6443", "t"], true),
    (["autossh", "-M", "0", "-L", "16443:localhost:6443", "t"], true),
    (["ssh", "-L", "16444:localhost:6443", "t"], false),
    (["ssh", "-L"], false), (["ssh", "tethys"], false), (["ssh", "-oLogLevel=ERROR", "16443:x:1"], false),
    (["vim", "-L", "16443:localhost:6443"], false), (["ssh", "-L", "x"], false), ([], false),
  ])
  func oldTunnelsAreFound(_ arguments: [String], _ isFound: Bool) {
    let findings = PortFindings.oldTunnels([.init(pid: 42, arguments: arguments)], ports: [16443])
    #expect(findings.isEmpty != isFound)
    if isFound { #expect(findings.first?.remedy?.hasSuffix("kill 42") == true) }
  }

  /// The remote side refuses the target before the first poll ends.
  @Test func refusedTargetFailsTheForwardWithoutAPoll() {
    func outcomes(_ refusal: TunnelFailure?) -> [FindingOutcome] {
      ClusterFindings.findings(
        cluster: "tethys", target: "localhost:6443", refusal: refusal, expectsFlux: false, poll: nil,
        now: Timestamp(milliseconds: 0)
      ).map(\.outcome)
    }
    let refusal = TunnelFailure(.forwardRefused, "sshd forbids forwarding", remedy: "allow it")
    #expect(outcomes(refusal) == [.failed, .skipped, .skipped, .skipped])
    #expect(outcomes(nil) == [.skipped, .skipped, .skipped, .skipped])
  }

  /// The client key is found to be wrong only when curl uses it.
  @Test(arguments: [("localhost:6443", ["kubeconfig"]), ("", [])])
  func faultOfTheKubeconfigIsNoneOfTheForward(_ target: String, _ failed: [String]) {
    let failure = PollFailure(
      code: .kubeconfig, message: "the client key can't be used", remedy: "copy it again")
    let findings = ClusterFindings.findings(
      cluster: "tethys", target: target, refusal: nil, expectsFlux: false, poll: .failure(failure),
      now: Timestamp(milliseconds: 0))
    #expect(findings.filter { $0.outcome == .failed }.map(\.step) == failed)
    #expect(findings.filter { $0.outcome != .failed }.allSatisfy { $0.outcome == .skipped })
  }

  @Test(arguments: [
    ("oceanid-guard (pid 7)" as String?, true, FindingOutcome.ok), ("systemd (pid 1)", true, .ok),
    ("ssh (pid 9)", true, .failed),
    (nil, true, .ok), (nil, false, .failed),
  ])
  func holderOfAPort(_ holder: String?, _ isTaken: Bool, _ outcome: FindingOutcome) {
    let finding = PortFindings.forward(
      Self.listen, cluster: "tethys", holder: holder, isTaken: isTaken, isUserGuard: false)
    #expect(finding.outcome == outcome)
    #expect((finding.remedy == nil) == (outcome == .ok))
    // The port does not show whether a guard with other ports runs.
    #expect(!finding.found.contains("does not run"))
  }

  @Test(arguments: [(true, "systemctl --user start oceanid-guard"), (false, "systemctl start oceanid-guard")])
  func stoppedGuardIsStartedByItsOwnManager(_ isUserGuard: Bool, _ command: String) {
    let finding = PortFindings.forward(
      Self.listen, cluster: "tethys", holder: nil, isTaken: false, isUserGuard: isUserGuard)
    #expect(finding.next?.command == command)
  }

  @Test func unconfiguredGuardIsSetUpAndNotStarted() {
    let finding = PortFindings.forward(
      Self.listen, cluster: "tethys", holder: nil, isTaken: false, isUserGuard: nil)
    #expect(finding.outcome == .failed && finding.next?.command == "oceanid-ctl setup")
  }

  @Test func overduePollShowsItsAge() {
    let findings = [
      FindingDocument("API", of: "tethys", .ok, "v1.33.4"),
      FindingDocument("TLS", of: "tethys", .skipped, "not tried"),
    ]
    func found(_ age: Int) -> [String] {
      ClusterFindings.dated(
        findings, at: Timestamp(seconds: 1_000), now: Timestamp(seconds: 1_000 + Int64(age)),
        interval: .seconds(15)
      ).map(\.found)
    }
    #expect(found(15) == ["v1.33.4", "not tried"])
    #expect(found(180) == ["v1.33.4 (seen \(Duration.seconds(180).humanDuration) ago)", "not tried"])
  }

  @Test func remotePortOnThisMachineIsNotTheCluster() {
    #expect(PortFindings.farPort(6443, here: "127.0.0.1:16443", holder: nil, isTaken: false) == nil)
    let finding = PortFindings.farPort(6443, here: "127.0.0.1:16443", holder: "k3s (pid 3)", isTaken: true)
    #expect(finding?.found.contains("k3s (pid 3)") == true)
    #expect(finding?.found.contains("127.0.0.1:16443") == true)
  }

  @Test(arguments: [
    ("127.0.0.1:22" as String?, [], TunnelState.up, true), ("[::1]:22", [], .up, true),
    ("192.0.2.7:22", [], .up, false), ("127.0.0.1:22", ["jump"], .up, false),
    ("127.0.0.1:22", [], .backoff, false), (nil, [], .up, false),
  ])
  func serverMayBeThisMachine(
    _ peer: String?, _ via: [String], _ state: TunnelState, _ isHere: Bool
  ) {
    var status = TunnelStatus(
      state: state, since: 0, host: "tethys", reconnects: 0, attempt: 1, forwards: [])
    (status.peer, status.via) = (peer, via)
    #expect(TunnelFindings.isHere(status) { ["127.0.0.1", "::1"].contains($0) } == isHere)
  }

  @Test(arguments: [
    (TunnelErrorCode.config, "ssh_config"), (.dns, "address"), (.connectRefused, "connection"),
    (.connectTimeout, "connection"), (.hostKeyChanged, "host key"), (.hostKeyUnknown, "host key"),
    (.protocolError, "host key"), (.peerClosed, "host key"), (.keepaliveTimeout, "host key"),
    (.authRefused, "login"), (.noUsableKey, "login"),
  ])
  func failedAttemptStopsAtItsStep(_ code: TunnelErrorCode, _ step: String) {
    let failure = TunnelFailure(code, "words", remedy: "do")
    let status = TunnelStatus(
      state: .backoff, since: 0, host: "tethys", reconnects: 0, attempt: 1,
      lastFailure: .init(failure: failure, at: 0), forwards: [])
    for way: Result<[Resolution], TunnelFailure> in [.success([]), .failure(failure)] {
      let findings = TunnelFindings.findings(cluster: "tethys", way: way, status: status)
      let place = findings.firstIndex { $0.outcome == .failed }
      #expect(place.map { findings[$0].step } == step)
      #expect(findings[..<(place ?? 0)].allSatisfy { $0.outcome == .ok })
      #expect(findings[((place ?? 0) + 1)...].allSatisfy { $0.outcome == .skipped })
      #expect(findings.count == 5)
    }
  }
}
