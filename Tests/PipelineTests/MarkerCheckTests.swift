import GuardTypes
import Health
import Testing

@testable import Pipeline

/// The verdicts on markers: each appears, and disappears when its cause does.
@Suite struct MarkerCheckTests {
  private static let now = Timestamp(seconds: 1_700_000_000)
  private static let commit = String(repeating: "a1", count: 20)

  private static func policy(
    _ name: String = "app", namespace: String = "flux-system", latest: String? = "r/app:2",
    labels: [String: String] = [:], isBehind: Bool? = nil
  ) -> ImagePolicyReport {
    let policy = ImagePolicy(
      resource: Resource(kind: "ImagePolicy", namespace: namespace, name: name),
      repository: Reference(kind: "ImageRepository", namespace: namespace, name: name), latestImage: latest,
      labels: labels)
    return ImagePolicyReport(
      policy: Judged(value: policy, verdict: .healthy), running: nil, isBehind: isBehind)
  }

  private static func automation(
    _ name: String = "auto", namespace: String = "flux-system", path: String? = "./apps",
    suspended: Bool = false, selector: LabelSelector? = nil, reviewBranch: String? = nil
  ) -> ImageUpdateAutomation {
    ImageUpdateAutomation(
      resource: Resource(kind: "ImageUpdateAutomation", namespace: namespace, name: name),
      isSuspended: suspended, interval: .seconds(600), policySelector: selector, updatePath: path,
      reviewBranch: reviewBranch)
  }

  private static func check(
    _ files: [String: String], _ policies: [ImagePolicyReport] = [policy()],
    _ automations: [ImageUpdateAutomation] = [automation()], kustomizations: [FluxObject] = [],
    isPartial: Bool = false, history: MarkerHistory = MarkerHistory(), after seconds: Int64 = 0
  ) -> (findings: [MarkerFinding], history: MarkerHistory) {
    let checked = checkMarkers(
      in: MarkedTree(commit: commit, texts: files.mapValues { Array($0.utf8) }, isPartial: isPartial),
      of: MarkerInput(
        cluster: "tethys", policies: policies, automations: automations, kustomizations: kustomizations,
        access: "--kubeconfig /k"),
      history: history, now: now + .seconds(seconds))
    return (checked.findings, checked.history)
  }

  private static func marker(_ text: String) -> String { "# {\"$imagepolicy\": \"\(text)\"}" }

  private static let good = "image: r/app:2 \(marker("flux-system:app"))\n"

  @Test func goodMarkerIsNoProblem() throws {
    let finding = try #require(Self.check(["apps/a.yaml": Self.good]).findings.first)
    #expect(finding.state == .good)
    #expect(finding.problem == nil)
    #expect((finding.file, finding.line, finding.value) == ("apps/a.yaml", 1, "r/app:2"))
  }

  private static let lateness = Problem(
    .image(.behind), cluster: "tethys", subject: "imagepolicy flux-system/app", since: now)

  /// A marker with a wrong name, or a file that is skipped, explains why the policy has none, and why it runs behind.
  @Test(arguments: [
    ("image: r/app:2 # {\"$imagepolicy\": \"flux-system:app-old\"}\n", MarkerProblem.unknownPolicy),
    ("image: r/app:2 # {\"$imagepolicy\": \"apps:app\"}\n", .unknownPolicy),
    ("image: r/app:2 # {\"$imagepolicy\": \"app\"}\n", .unknownPolicy),
    ("image: r/app:2 # {\"$imagepolicy\": \"flux-system:app:tags\"}\n", .unknownPolicy),
    ("{{ if }}: [\nimage: r/app:2 # {\"$imagepolicy\": \"flux-system:app\"}\n", .fileSkipped),
  ])
  func oneCauseIsOneProblem(_ text: String, _ code: MarkerProblem) throws {
    let findings = Self.check(["apps/a.yaml": text], [Self.policy(isBehind: true)]).findings
    let problems = findings.compactMap(\.problem)
    #expect(problems.map(\.code) == [.marker(code)])
    let finding = try #require(findings.first { $0.policy != nil })
    #expect(finding.state == .faulty(code) && finding.cause == problems.first?.id)
    #expect(findings.joined(with: [Self.lateness]).map(\.code) == [.marker(code)])
  }

  @Test func anUnrelatedWrongNameExplainsNothing() {
    let text = "image: r/b:1 # {\"$imagepolicy\": \"flux-system:something-else\"}\n"
    let codes = Self.check(["apps/a.yaml": text]).findings.compactMap { $0.problem?.code }
    #expect(codes == [.marker(.missing), .marker(.unknownPolicy)])
  }

  struct Row: Sendable, CustomStringConvertible {
    let files: [String: String]
    let code: MarkerProblem
    let title: String
    let detail: String
    let remedy: String

    var description: String { code.rawValue }
  }

  static let rows = [
    Row(
      files: ["apps/a.yaml": "image: r/app:2\n"], code: .missing,
      title: "flux-system:app has no marker in Git", detail: "it selected r/app:2, and no file can follow",
      remedy:
        #"in a file under apps, add the marker behind the image's value: # {"$imagepolicy": "flux-system:app"}"#
    ),
    Row(
      files: ["infra/a.yaml": good], code: .wrongPath,
      title: "flux-system:app has its marker outside the automation's path",
      detail: "infra/a.yaml:1 has it, and imageupdateautomation flux-system/auto reads apps",
      remedy: "move the value under apps, or add an automation for infra/a.yaml:1 in Git"),
    Row(
      files: ["apps/a.yaml": "a: b\n\(marker("flux-system:app"))\nimage: r/app:2\n"], code: .ignored,
      title: "flux-system:app has a marker that is ignored at apps/a.yaml:2",
      detail: "it is on the line above its key", remedy: "at apps/a.yaml:2, put the marker behind the value"),
    Row(
      files: ["apps/a.yaml": good + "b: r/b:1 \(marker("flux-system:apq"))\n"], code: .unknownPolicy,
      title: "the marker at apps/a.yaml:2 names no policy of its automation: flux-system:apq",
      detail: "the cluster has no such policy", remedy: "did you mean flux-system:app?"),
    Row(
      files: ["apps/a.yaml": good + "b: r/b:1 \(marker("flux-system:app:tags"))\n"], code: .unknownPolicy,
      title: "the marker at apps/a.yaml:2 names no policy of its automation: flux-system:app:tags",
      detail: "no part of an image is called tags", remedy: "write :tag"),
    Row(
      files: ["apps/a.yaml": "newTag: v1 \(marker("flux-system:app"))\n"], code: .wrongKind,
      title: "flux-system:app writes a whole image where a tag is at apps/a.yaml:1",
      detail: "the value is v1",
      remedy: #"at apps/a.yaml:1, write # {"$imagepolicy": "flux-system:app:tag"}"#),
    Row(
      files: ["apps/a.yaml": "image: r/app:2 \(marker("flux-system:app:tag"))\n"], code: .wrongKind,
      title: "flux-system:app writes a tag where a whole image is at apps/a.yaml:1",
      detail: "the value is r/app:2",
      remedy: #"at apps/a.yaml:1, write # {"$imagepolicy": "flux-system:app"}"#),
    Row(
      files: [
        "apps/a.yaml": good,
        "apps/t.yaml": "{{- if .x }}\nimage: r/app:1 \(marker("flux-system:app"))\n{{- end }}\n",
      ],
      code: .fileSkipped, title: "image automation skips apps/t.yaml, which has markers",
      detail: "apps/t.yaml:", remedy: "correct it at apps/t.yaml:"),
  ]

  @Test(arguments: rows) func faultIsOneProblemAndEnds(_ row: Row) throws {
    let (findings, history) = Self.check(row.files)
    let problems = findings.compactMap(\.problem)
    #expect(problems.map(\.code) == [.marker(row.code)])
    let problem = try #require(problems.first)
    #expect(problem.title == row.title)
    #expect(problem.detail.hasPrefix(row.detail), "\(problem.detail)")
    #expect(problem.detail.hasSuffix("(commit a1a1a1a)"))
    #expect(problem.remedy.contains(row.remedy), "\(problem.remedy)")
    #expect(!problem.remedy.contains("<"))
    #expect(problem.since == Self.now)
    // It has begun at its first sighting, and is the same problem.
    let later = Self.check(row.files, history: history, after: 600).findings.compactMap(\.problem)
    #expect(later == problems)
    let mended = Self.check(["apps/a.yaml": Self.good], history: history, after: 660)
    #expect(mended.findings.map(\.state) == [.good])
    #expect(mended.history == MarkerHistory())
  }

  @Test func policyOfAnotherNamespaceOrUnselectedIsUnknown() {
    let file = ["apps/a.yaml": "image: r/b:1 \(Self.marker("other:b"))\n"]
    let policies = [Self.policy("b", namespace: "other", latest: "r/b:1")]
    let foreign = Self.check(file, policies).findings.compactMap(\.problem)
    #expect(foreign.map(\.code) == [.marker(.unknownPolicy)])
    #expect(foreign.first?.detail.contains("is in namespace other") == true)
    #expect(
      Self.check(file, policies, [Self.automation(namespace: "other")]).findings.map(\.state) == [.good])

    let selector = LabelSelector(labels: ["team": "x"])
    let unselected = Self.check(
      ["apps/a.yaml": Self.good], [Self.policy()], [Self.automation(selector: selector)]
    ).findings.compactMap(\.problem)
    #expect(unselected.map(\.code) == [.marker(.unknownPolicy)])
    let selected = Self.check(
      ["apps/a.yaml": Self.good], [Self.policy(labels: ["team": "x"])], [Self.automation(selector: selector)])
    #expect(selected.findings.map(\.state) == [.good])
  }

  @Test func markerWithoutNamespaceIsUnknown() {
    let problems = Self.check(["apps/a.yaml": Self.good + "b: c:1 \(Self.marker("app"))\n"]).findings
      .compactMap(\.problem)
    #expect(problems.map(\.code) == [.marker(.unknownPolicy)])
  }

  @Test func lateValueIsAProblemAfterIntervalAndFiveMinutes() throws {
    let old = ["apps/a.yaml": "image: r/app:1 \(Self.marker("flux-system:app"))\n"]
    let first = Self.check(old)
    #expect(first.findings.map(\.state) == [.pending])
    let second = Self.check(old, history: first.history, after: 900)
    #expect(second.findings.map(\.state) == [.pending])
    let third = Self.check(old, history: second.history, after: 901)
    let problem = try #require(third.findings.first?.problem)
    #expect(problem.code == .marker(.notWritten))
    #expect(problem.title == "flux-system:app selected r/app:2, which apps/a.yaml:1 does not have")
    #expect(
      problem.step.command
        == "flux --kubeconfig /k logs --kind=ImageUpdateAutomation --name=auto --namespace=flux-system")
    // A newer image starts the time again, and the written value ends the problem.
    let newer = Self.check(old, [Self.policy(latest: "r/app:3")], history: third.history, after: 960)
    #expect(newer.findings.map(\.state) == [.pending])
    let written = Self.check(["apps/a.yaml": Self.good], history: third.history, after: 960)
    #expect(written.findings.map(\.state) == [.good])
  }

  @Test func suspendedAutomationAndReviewBranchAreNotLate() {
    let old = ["apps/a.yaml": "image: r/app:1 \(Self.marker("flux-system:app"))\n"]
    for (automation, state) in [
      (Self.automation(suspended: true), MarkerFinding.State.pending),
      (Self.automation(reviewBranch: "updates"), .review),
    ] {
      let history = Self.check(old, [Self.policy()], [automation]).history
      let later = Self.check(old, [Self.policy()], [automation], history: history, after: 9000)
      #expect(later.findings.map(\.state) == [state])
    }
  }

  @Test func partsOfAnImageAreCompared() {
    let policies = [Self.policy(latest: "host:5000/app:2@sha256:ab")]
    func state(_ value: String, _ part: String) -> MarkerFinding.State? {
      Self.check(["apps/a.yml": "a: \(value) \(Self.marker("flux-system:app\(part)"))\n"], policies).findings
        .first?
        .state
    }
    #expect(state("host:5000/app:2@sha256:ab", "") == .good)
    #expect(state("\"2\"", ":tag") == .good)
    #expect(state("host:5000/app", ":name") == .good)
    #expect(state("sha256:ab", ":digest") == .good)
    #expect(state("host:5000/app:2", "") == .pending)
    #expect(state("\"1\"", ":tag") == .pending)
    #expect(state("sha256:cd", ":digest") == .pending)
  }

  @Test func rolloutIsNotAutomation() throws {
    let applied = FluxObject(
      resource: Resource(kind: "Kustomization", namespace: "flux-system", name: "apps"),
      revision: "main@sha1:\(Self.commit)")
    let findings = Self.check(
      ["apps/a.yaml": Self.good], [Self.policy(isBehind: true)], kustomizations: [applied]
    ).findings
    #expect(findings.map(\.state) == [.rollout])
    let behind = Problem(
      .image(.behind), cluster: "tethys", subject: "imagepolicy flux-system/app", detail: "latest r/app:2",
      since: Self.now)
    let joined = findings.joined(with: [behind])
    #expect(joined.map(\.id) == [behind.id])
    #expect(joined.first?.detail.hasSuffix("so the rollout is late, not the automation") == true)
    // Before the commit is applied, and when the pods run the image, it is none.
    #expect(
      Self.check(["apps/a.yaml": Self.good], [Self.policy(isBehind: true)]).findings.map(\.state) == [.good])
    #expect(
      Self.check(["apps/a.yaml": Self.good], [Self.policy(isBehind: false)], kustomizations: [applied])
        .findings.map(\.state) == [.good])
  }

  @Test func faultyMarkerExplainsALatePolicy() throws {
    let findings = Self.check(["apps/a.yaml": "image: r/app:2\n"]).findings
    let behind = Problem(
      .image(.notTakenUp), cluster: "tethys", subject: "imagepolicy flux-system/app",
      since: Self.now - .seconds(500))
    let other = Problem(
      .image(.behind), cluster: "tethys", subject: "imagepolicy flux-system/other", since: Self.now)
    let joined = findings.joined(with: [behind, other])
    #expect(joined.map(\.code) == [.marker(.missing), .image(.behind)])
    #expect(joined.first?.since == Self.now - .seconds(500))
  }

  @Test func unreadFilesLeaveTheVerdictOpen() {
    #expect(Self.check(["apps/a.yaml": "image: r/app:2\n"], isPartial: true).findings.isEmpty)
    #expect(Self.check([:], [Self.policy(latest: nil)]).findings.isEmpty)
    #expect(Self.check([:], [Self.policy()], []).findings.isEmpty)
  }

  @Test func commentedOutLineIsMissedByNobody() {
    let file = Self.good + "# image: r/app:1 \(Self.marker("flux-system:app"))\n"
    #expect(Self.check(["apps/a.yaml": file]).findings.map(\.state) == [.good])
    let only = "a: b\n# image: r/app:1 \(Self.marker("flux-system:app"))\n"
    #expect(Self.check(["apps/a.yaml": only]).findings.map(\.state) == [.faulty(.ignored)])
  }

  @Test(arguments: [
    ("apps/a.yaml", true), ("apps/b/a.yml", true), ("apps/Kustomization", true), ("apps/a.json", false),
    ("apps/kustomization", false), ("apps/a.yaml.tpl", false), ("appsuite/a.yaml", false),
    ("apps/.yaml", true),
  ])
  func filesAreChosenByPathAndName(_ file: String, _ isRead: Bool) {
    let state = Self.check([file: Self.good]).findings.first?.state
    #expect((state == .good) == isRead, "\(String(describing: state))")
  }

  @Test func pathMayBeAFile() {
    let automations = [Self.automation(path: "./apps//a.yaml")]
    #expect(
      Self.check(["apps/a.yaml": Self.good], [Self.policy()], automations).findings.map(\.state) == [.good])
    #expect(
      Self.check(["apps/b.yaml": Self.good], [Self.policy()], automations).findings.map(\.state)
        == [.faulty(.wrongPath)])
    #expect(
      Self.check(["apps/b.yaml": Self.good], [Self.policy()], [Self.automation(path: nil)]).findings
        .map(\.state) == [.good])
  }

  @Test func hostileTextsStayInOneLine() throws {
    let file = "apps/\u{1b}[31m.yaml"
    let text =
      Self.good + "b: r/b:1 # {\"$imagepolicy\": \"x\\n\\u001b[2J:\(String(repeating: "y", count: 9000))\"}\n"
    let problem = try #require(Self.check([file: text]).findings.compactMap(\.problem).first)
    for part in [problem.id, problem.title, problem.detail, problem.remedy] {
      #expect(!part.unicodeScalars.contains { $0.value < 0x20 })
      #expect(part.utf8.count < 1200)
    }
  }
}
