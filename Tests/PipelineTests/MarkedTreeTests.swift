import Testing

@testable import Pipeline

@Suite struct MarkedTreeTests {
  private struct Failure: Error {}

  private static let text = Array("image: r/a:1 # {\"$imagepolicy\": \"ns:p\"}\n".utf8)

  private static func listing(
    _ entries: [RepositoryTree.Entry], isTruncated: Bool = false
  ) -> RepositoryTree {
    RepositoryTree(entries: entries, isTruncated: isTruncated)
  }

  private static func files(_ paths: [String]) -> RepositoryTree {
    listing(paths.map { RepositoryTree.Entry(path: $0, kind: .file) })
  }

  private static func failing(_: RepositoryTree.Entry) throws(Failure) -> String { throw Failure() }

  @Test func onlyFilesThatCanHaveMarkersAreRead() throws {
    var asked: [String] = []
    let tree = try MarkedTree.read(
      commit: "c1", listing: Self.files(["apps/b.yaml", "apps/a.yml", "apps/x.json", "infra/a.yaml"]),
      under: "./apps/", target: Self.failing
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
    func read(_ commit: String) throws(Failure) -> MarkedTree {
      try MarkedTree.read(
        commit: commit, listing: Self.files(["a.yaml"]), known: known, target: Self.failing
      ) { _ throws(Failure) in throw Failure() }
    }
    #expect(try read("c1") == known)
    #expect(throws: Failure.self) { try read("c2") }
  }

  @Test func fileWithTheSameContentIsNotReadAgain() throws {
    func entry(_ path: String, _ object: String) -> RepositoryTree.Entry {
      RepositoryTree.Entry(path: path, kind: .file, object: object)
    }
    var asked: [String] = []
    func read(_ commit: String, _ entries: [RepositoryTree.Entry], _ known: MarkedTree?) throws -> MarkedTree
    {
      asked = []
      return try MarkedTree.read(
        commit: commit, listing: Self.listing(entries), known: known, target: Self.failing
      ) { path throws(Failure) in
        asked.append(path)
        return path.hasPrefix("plain") ? Array("a: b\n".utf8) : Self.text
      }
    }
    let first = try read("c1", [entry("a.yaml", "1"), entry("plain.yaml", "2")], nil)
    #expect(asked == ["a.yaml", "plain.yaml"])
    // One file moved, one is the same, and one is new.
    let second = try read(
      "c2", [entry("b.yaml", "1"), entry("new.yaml", "3"), entry("plain.yaml", "2")], first)
    #expect(asked == ["new.yaml"])
    #expect(second.files.keys.sorted() == ["b.yaml", "new.yaml"])
    let third = try read("c3", [entry("b.yaml", "1"), entry("plain.yaml", "2")], second)
    #expect(asked.isEmpty && Array(third.files.keys) == ["b.yaml"])
  }

  @Test func manyOrLargeFilesArePartial() throws {
    func read(_ tree: RepositoryTree) throws -> (tree: MarkedTree, count: Int) {
      var count = 0
      let read = try MarkedTree.read(commit: "c1", listing: tree, target: Self.failing) {
        _ throws(Failure) in
        count += 1
        return Self.text
      }
      return (read, count)
    }
    let many = try read(Self.files((0..<400).map { "\($0).yaml" }))
    #expect(many.count == 300 && many.tree.isPartial)

    func sized(_ sizes: [Int64]) -> RepositoryTree {
      Self.listing(
        sizes.enumerated().map { RepositoryTree.Entry(path: "\($0).yaml", kind: .file, size: $1) })
    }
    let large = try read(sized([100, 8 << 20, 1 << 20]))
    #expect(large.count == 2 && large.tree.isPartial)
    #expect(large.tree.unread == ["1.yaml": "it is larger than 1 MiB"])
    #expect(large.tree.unreadInWords == "1.yaml is not read for markers: it is larger than 1 MiB")
    // A round is bounded too.
    let all = try read(sized([Int64](repeating: 1 << 20, count: 40)))
    #expect(all.count == 16 && all.tree.unread.count == 24)
    #expect(all.tree.unread.values.contains("the files of the commit are larger than 16 MiB together"))
  }

  @Test func linkToAFileIsReadAndNoLinkToAFolder() throws {
    let tree = try MarkedTree.read(
      commit: "c1",
      listing: Self.listing([
        .init(path: "base/app", kind: .file, object: "1"), .init(path: "base", kind: .folder),
        .init(path: "apps/a.yaml", kind: .symbolicLink, object: "../base/app"),
        .init(path: "apps/b.yaml", kind: .symbolicLink, object: "../base"),
        .init(path: "apps/c.yaml", kind: .symbolicLink, object: "/etc/passwd"),
        .init(path: "apps/d.yaml", kind: .symbolicLink, object: "../../base/gone"),
      ]), under: "apps", target: { link throws(Failure) in link.object ?? "" }
    ) { path throws(Failure) in
      guard path == "base/app" else { throw Failure() }
      return Self.text
    }
    #expect(tree.files.keys.sorted() == ["apps/a.yaml"])
  }
}
