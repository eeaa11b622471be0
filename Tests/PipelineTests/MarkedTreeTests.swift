import Testing

@testable import Pipeline

@Suite struct MarkedTreeTests {
  private struct Failure: Error {}

  private static let text = Array("image: r/a:1 # {\"$imagepolicy\": \"ns:p\"}\n".utf8)

  @Test func onlyFilesThatCanHaveMarkersAreRead() throws {
    var asked: [String] = []
    let tree = try MarkedTree.read(
      commit: "c1", paths: ["apps/b.yaml", "apps/a.yml", "apps/x.json", "infra/a.yaml"], isTruncated: false,
      under: "./apps/"
    ) { path throws(Failure) in
      asked.append(path)
      return path == "apps/b.yaml" ? Array("a: b\n".utf8) : Self.text
    }
    #expect(asked == ["apps/a.yml", "apps/b.yaml"])
    #expect(Array(tree.files.keys) == ["apps/a.yml"])
    #expect(!tree.isPartial)
  }

  @Test func sameCommitIsNotReadAgain() throws {
    let known = MarkedTree(commit: "c1", texts: ["a.yaml": Self.text])
    let again = try MarkedTree.read(commit: "c1", paths: ["a.yaml"], isTruncated: false, known: known) {
      _ throws(Failure) in throw Failure()
    }
    #expect(again == known)
    #expect(throws: Failure.self) {
      try MarkedTree.read(commit: "c2", paths: ["a.yaml"], isTruncated: false, known: known) {
        _ throws(Failure) in throw Failure()
      }
    }
  }

  @Test func manyFilesArePartial() throws {
    var count = 0
    let tree = try MarkedTree.read(
      commit: "c1", paths: (0..<400).map { "\($0).yaml" }, isTruncated: false
    ) { _ throws(Failure) in
      count += 1
      return Self.text
    }
    #expect(count == 300)
    #expect(tree.isPartial)
  }
}
