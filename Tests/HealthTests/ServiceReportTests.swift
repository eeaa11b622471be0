import GuardTypes
import Testing

@testable import Health

/// The state of K3s's service, from the text of systemctl to the problem.
@Suite struct ServiceReportTests {
  /// The output of `systemctl show` with these values.
  private static func text(
    _ active: String, _ sub: String, result: String = "success", restarts: String = "0", code: String = "0",
    status: String = "0", load: String = "loaded"
  ) -> String {
    """
    Result=\(result)
    NRestarts=\(restarts)
    ExecMainStartTimestamp=@1768039000
    ExecMainCode=\(code)
    ExecMainStatus=\(status)
    MemoryCurrent=[not set]
    LoadState=\(load)
    ActiveState=\(active)
    SubState=\(sub)
    StateChangeTimestamp=@1768039100

    """
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let text: String
    let title: String
    let detail: String
    let remedy: String

    var testDescription: String { title }
  }

  static let rows = [
    Row(
      text: text("activating", "auto-restart", result: "exit-code", restarts: "17", code: "1", status: "1"),
      title: "is down: k3s crashes again and again",
      detail: "waits for its next start after 17 restarts, its last process ended with exit status 1",
      remedy: "journalctl -u k3s -n 100 has the reason"),
    Row(
      text: text("activating", "start"), title: "waits for its datastore: k3s does not finish its start",
      detail: "has been starting since 2026-01-10T09:58:20Z", remedy: "Slow SQL"),
    Row(
      text: text("failed", "failed", result: "oom-kill", code: "2", status: "9"),
      title: "is down: k3s ran out of memory", detail: "has failed (oom-kill)",
      remedy: "journalctl -k | grep -i oom"),
    Row(
      text: text("failed", "failed", result: "exit-code", code: "1", status: "1"),
      title: "is down: k3s has failed", detail: "ended with exit status 1",
      remedy: "journalctl -u k3s -n 100 has the reason"),
    Row(
      text: text("failed", "failed", result: "timeout"), title: "is down: k3s has failed",
      detail: "has failed (timeout)", remedy: "journalctl -u k3s -n 100 has the reason"),
    Row(
      text: text("inactive", "dead"), title: "is down: k3s was stopped", detail: "was stopped manually since",
      remedy: "if the stop is not intended: sudo systemctl start k3s"),
    Row(
      text: text("active", "running"), title: "hangs: k3s runs, and its API server does not answer",
      detail: "has been running since", remedy: "df -h /var/lib/rancher"),
  ]

  private static func problems(_ service: ServiceReport?, refusal: Bool = false) -> [Problem] {
    let failure = PollFailure(
      code: .unreachable, message: "no answer", remedy: "look at it", controlPlane: .down)
    let refused = TunnelHealth.Failure(
      code: .forwardRefused, message: "refused", remedy: "check it", at: Fixture.ago(30))
    let tunnel = Fixture.tunnel(forwards: [
      .init(
        listen: "127.0.0.1:16443", target: "localhost:6443", state: .listening, holder: nil,
        refusal: refusal ? refused : nil)
    ])
    return Fixture.report(
      Observation(
        cluster: "tethys", listen: "127.0.0.1:16443", kubeconfig: "/k", tunnel: tunnel,
        snapshot: Fixture.snapshot(), snapshotAt: Fixture.ago(60), pollFailure: failure, service: service,
        pollInterval: .seconds(15), expectations: Expectations())
    ).problems
  }

  @Test(arguments: rows) func eachStateIsOneProblemWithItsStep(_ row: Row) throws {
    let service = try #require(ServiceReport(row.text))
    let problems = Self.problems(service)
    #expect(problems.map(\.title) == ["Kubernetes API \(row.title)"])
    #expect(problems.first?.detail.contains(row.detail) == true, "\(problems.first?.detail ?? "")")
    #expect(problems.first?.remedy.contains(row.remedy) == true, "\(problems.first?.remedy ?? "")")
    // A closed port is the refused forward, and the service shows the cause.
    let refused = Self.problems(service, refusal: true)
    #expect(refused.map(\.code) == [.access(.targetRefused)])
    #expect(refused.first?.detail.contains(row.detail) == true)
    #expect(refused.first?.remedy.contains(row.remedy) == true)
  }

  @Test func withoutAReportThePortTells() {
    #expect(Self.problems(nil).map(\.title) == ["Kubernetes API is down: nothing answers on its port"])
    for text in [Self.text("inactive", "dead", load: "not-found"), Self.text("deactivating", "stop")] {
      #expect(
        Self.problems(ServiceReport(text)).map(\.title) == [
          "Kubernetes API is down: nothing answers on its port"
        ])
    }
  }

  @Test(arguments: [
    "", "it-ran", "Welcome!\nLoadState=loaded\nActiveState=active\nSubState=running\n", "LoadState=loaded\n",
    "LoadState=loaded\nActiveState=odd\nSubState=running\n",
  ])
  func otherTextIsNoReport(_ text: String) { #expect(ServiceReport(text) == nil) }

  @Test func hostileValuesAreLeftOut() throws {
    let text = Self.text(
      "failed", "failed", result: "\u{1b}[2J", restarts: "18446744073709551615", status: "x")
    let service = try #require(ServiceReport(text))
    #expect(service.state == .failed("unknown"))
    #expect(service.restarts == nil && service.exit == nil && service.memory == nil)
  }
}
