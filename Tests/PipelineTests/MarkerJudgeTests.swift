import GuardTypes
import Health
import Testing

@testable import Pipeline

/// Markers are checked again only if something changed that the verdict depends on.
@Suite struct MarkerJudgeTests {
  private static let now = Timestamp(seconds: 1_700_000_000)

  private static func tree(_ digit: String, _ value: String = "r/app:2", isPartial: Bool = false)
    -> MarkedTree
  {
    let text = "image: \(value) # {\"$imagepolicy\": \"flux-system:app\"}\n"
    return MarkedTree(
      commit: String(repeating: digit, count: 40), texts: ["apps/a.yaml": Array(text.utf8)],
      isPartial: isPartial)
  }

  private static func input(latest: String = "r/app:2", isSuspended: Bool = false) -> MarkerInput {
    let policy = ImagePolicy(
      resource: Resource(kind: "ImagePolicy", namespace: "flux-system", name: "app"),
      repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: "app"),
      latestImage: latest)
    return MarkerInput(
      cluster: "tethys",
      policies: [
        ImagePolicyReport(policy: Judged(value: policy, verdict: .healthy), running: nil, isBehind: nil)
      ],
      automations: [
        ImageUpdateAutomation(
          resource: Resource(kind: "ImageUpdateAutomation", namespace: "flux-system", name: "auto"),
          isSuspended: isSuspended, interval: .seconds(600))
      ])
  }

  @Test func sameFilesAndPoliciesAreCheckedOnce() {
    var judge = MarkerJudge()
    for second in 0..<100 {
      judge.judge(Self.tree("a"), of: Self.input(), at: Self.now + .seconds(second * 15))
    }
    #expect(judge.checks == 1)
    #expect(judge.findings.map(\.state) == [.good])
  }

  @Test func everyChangeIsSeen() {
    var judge = MarkerJudge()
    judge.judge(Self.tree("a"), of: Self.input(), at: Self.now)
    judge.judge(Self.tree("b"), of: Self.input(), at: Self.now)
    judge.judge(Self.tree("b", isPartial: true), of: Self.input(), at: Self.now)
    judge.judge(Self.tree("b", isPartial: true), of: Self.input(latest: "r/app:3"), at: Self.now)
    #expect(judge.findings.map(\.state) == [.pending])
    judge.judge(
      Self.tree("b", isPartial: true), of: Self.input(latest: "r/app:3", isSuspended: true), at: Self.now)
    #expect(judge.checks == 5)
    // A clock that was set back.
    judge.judge(
      Self.tree("b", isPartial: true), of: Self.input(latest: "r/app:3", isSuspended: true),
      at: Self.now - .seconds(1))
    #expect(judge.checks == 6)
  }

  /// Nothing changes but the time.
  @Test func valueThatIsNotWrittenBecomesAProblemInTime() {
    var judge = MarkerJudge()
    func state(after seconds: Int64) -> MarkerFinding.State? {
      judge.judge(Self.tree("a"), of: Self.input(latest: "r/app:3"), at: Self.now + .seconds(seconds))
      return judge.findings.first?.state
    }
    for second in stride(from: Int64(0), through: 900, by: 15) { #expect(state(after: second) == .pending) }
    #expect(judge.checks == 1)
    #expect(state(after: 901) == .faulty(.notWritten))
    let detail = judge.findings.first?.problem?.detail
    #expect(state(after: 915) == .faulty(.notWritten) && judge.checks == 2)
    #expect(state(after: 4000) == .faulty(.notWritten) && judge.checks == 3)
    #expect(judge.findings.first?.problem?.detail != detail, "the age in the text follows")
  }
}
