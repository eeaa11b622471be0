import GuardTypes
import Health
import Testing

@testable import Kubernetes

/// Where the tag of a policy stops: on a branch for review, or in a file that does not set the workload.
@Suite struct ImageVerdictTests {
  static let rows: [VerdictRow] = [
    .init(
      name: "pushed to a branch for review, with checkout",
      items: Item.images(
        Item.automation(
          git: #"{"checkout":{"ref":{"branch":"main"}},"push":{"branch":"updates"}}"#, push: 9000)), ids: []),
    .init(
      name: "pushed to a branch for review, without checkout",
      items: Item.images(Item.automation(git: #"{"push":{"branch":"updates"}}"#, push: 9000)), ids: []),
    .init(
      name: "pushed to the same branch, without checkout",
      items: Item.images(Item.automation(git: #"{"push":{"branch":"main"}}"#, push: 9000)),
      ids: [Item.behind], says: ["still has"]),
    .init(
      name: "pushed to a refspec for review",
      items: Item.images(
        Item.automation(
          git:
            #"{"checkout":{"ref":{"branch":"main"}},"push":{"refspec":"refs/heads/main:refs/heads/updates"}}"#,
          push: 9000)), ids: []),
    .init(
      name: "not fetched", items: Item.images(Item.automation(push: 9000)), ids: [Item.behind],
      says: ["still has"]),
    .init(
      name: "fetched and applied, not rolled out",
      items: Item.images(
        Item.automation(push: 9000), git: Item.git(rev: "main@sha1:cccccccc", ago: 8000),
        applied: Item.kustomization("apps", rev: "main@sha1:cccccccc")), ids: [Item.behind],
      not: ["not applied yet"]),
  ]

  @Test(arguments: rows) func verdict(_ row: VerdictRow) throws {
    #expect(try row.faults() == [])
  }
}
