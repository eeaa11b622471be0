import GuardAPI
import GuardTypes
import Health
import Pipeline
import TestSupport
import Testing
import Tunnel

@testable import GuardConfiguration
@testable import GuardDoctor

/// The steps of the pipeline and of the alert channels.
@Suite struct PipelineFindingTests {
  private static let now = Timestamp(seconds: 1_800_000_000)

  private static func findings(
    _ failure: SourceFailure? = nil, gaps: [SourceFailure] = [], seenAt: Timestamp? = now,
    tokenExpires: Timestamp? = nil
  ) -> [FindingDocument] {
    FindingDocument.findings(
      .init(name: "github", failure: failure, gaps: gaps, seenAt: seenAt, tokenExpires: tokenExpires),
      of: "tethys")
  }

  @Test func eachMissingRightIsAFinding() {
    let actions = SourceFailure(.forbidden, "lacks actions=read", step: NextStep(note: "give actions=read"))
    let again = SourceFailure(.forbidden, "lacks actions=read too", step: NextStep(note: "give actions=read"))
    let pools = SourceFailure(.missing, "no agent pool", step: NextStep(note: "compare"))
    let found = Self.findings(actions, gaps: [again, pools, pools])
    #expect(found.map(\.outcome) == [.warning, .warning])
    #expect(found.map(\.found) == ["lacks actions=read", "no agent pool"])
    #expect(found.map(\.note) == ["give actions=read", "compare"])
    #expect(found.allSatisfy { $0.step == "pipeline github" && $0.cluster == "tethys" })
    #expect(Self.findings(gaps: [pools]).map(\.outcome) == [.warning])
  }

  @Test func goodAndWaitingSources() {
    let good = Self.findings(tokenExpires: Self.now)
    #expect(good.map(\.outcome) == [.ok])
    #expect(good.first?.found.contains("the token expires at") == true)
    #expect(Self.findings(seenAt: nil).map(\.outcome) == [.skipped])
  }

  @Test func alertChannelsAreFindings() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("t0ken\n", to: "token")
    let channel = Configuration.AlertChannel(
      name: "tracker", means: .github(.init(repository: RepositoryName("o/r"), token: .file(file))))
    let missing = Configuration.AlertChannel(
      name: "tracker", means: .github(.init(repository: RepositoryName("o/r"), token: .file(file + "2"))))
    let environment = LocalEnvironment(
      home: "/tmp", localUser: "test", agentSocket: nil, credentialsDirectory: nil)
    let sound = AlertFindings([], in: environment)
    #expect(sound.finding(channel).outcome == .ok)
    let unread = sound.finding(missing)
    #expect(unread.outcome == .warning && unread.found.hasPrefix("\(file)2 can't be read"))
    let problem = Problem(
      .own(.alertsFailing), ["channel": "tracker"], subject: "alerts tracker",
      detail: "github https://api.github.com, o/r: HTTP 401", since: Self.now,
      step: NextStep(command: "oceanid-ctl alerts"))
    let failing = AlertFindings([problem], in: environment).finding(channel)
    #expect(failing.outcome == .warning && failing.found == problem.detail)
    #expect(failing.command == "oceanid-ctl alerts" && failing.step == "alerts tracker")
    #expect(
      Configuration.AlertChannel(
        name: "a", means: .github(.init(repository: nil, token: .credential("issues")))
      ).credentials == ["issues"])
  }
}
