import Testing

@testable import Pipeline

private func commit(_ digit: Character, by email: String = "ada@example.org") -> Commit {
  Commit(
    id: CommitID(repeating: digit), author: .init(name: "x", email: email))
}

@Suite struct DistanceTests {
  private static let filter = PathFilter([PathPattern(folder: "cloud")].compactMap(\.self))

  private func distance(
    _ comparison: Comparison?, files: [Character: [String]] = [:]
  ) -> Distance {
    Distance(comparison, filter: Self.filter, files: { id in id.description.first.flatMap { files[$0] } }) {
      $0.author?.email == "flux@example.org"
    }
  }

  @Test func commitsElsewhereAreNotBehind() {
    let comparison = Comparison(
      relation: .ahead, ahead: 2, commits: [commit("1", by: "flux@example.org"), commit("2")],
      files: ["clusters/a.yaml"])
    #expect(distance(comparison) == Distance(behind: 0, elsewhere: 2, automation: 1))
    #expect(distance(comparison).words == "+2 elsewhere")
  }

  @Test func singleCommitsTellWhichTouchTheFiles() {
    let comparison = Comparison(
      relation: .ahead, ahead: 2, commits: [commit("1"), commit("2")], files: ["cloud/a", "b"])
    #expect(distance(comparison, files: ["1": ["cloud/a"], "2": ["b"]]) == Distance(behind: 1, elsewhere: 1))
    #expect(distance(comparison) == Distance(behind: 2))
    #expect(
      distance(comparison, files: ["1": ["cloud/a"], "2": ["b"]]).words == "1 commit behind (+1 elsewhere)")
  }

  @Test func incompleteListsCountAsTouched() {
    #expect(distance(Comparison(relation: .ahead, ahead: 400, files: nil)) == Distance(behind: 400))
  }

  @Test func forcePush() {
    #expect(distance(Comparison(relation: .diverged, ahead: 1, behind: 1)).isDiverged)
    #expect(distance(nil).isDiverged)
  }

  @Test func newerThanTheHeadIsCurrent() {
    #expect(distance(Comparison(relation: .behind, behind: 1)) == Distance.none)
    #expect(distance(.identical) == Distance.none)
  }

  @Test(arguments: ["main@sha1:", "sha1:", "main/", ""])
  func commitOfARevision(_ prefix: String) {
    let digits = String(repeating: "a1", count: 20)
    #expect(CommitID(revision: prefix + digits)?.description == digits)
    #expect(CommitID(revision: "v1.2.3") == nil)
  }
}
