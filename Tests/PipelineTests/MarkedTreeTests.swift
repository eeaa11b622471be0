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
    var blobs = MarkedBlobs()
    let tree = try MarkedTree.read(
      commit: "c1", listing: Self.files(["apps/b.yaml", "apps/a.yml", "apps/x.json", "infra/a.yaml"]),
      under: "./apps/", blobs: &blobs, target: Self.failing
    ) { path throws(Failure) in
      asked.append(path)
      return path == "apps/b.yaml" ? Array("a: b\n".utf8) : Self.text
    }
    #expect(asked == ["apps/a.yml", "apps/b.yaml"])
    #expect(Array(tree.files.keys) == ["apps/a.yml"])
    #expect(!tree.isPartial)
  }

  @Test func fileWithTheSameContentIsNotReadAgain() throws {
    func entry(_ path: String, _ object: String) -> RepositoryTree.Entry {
      RepositoryTree.Entry(path: path, kind: .file, object: object)
    }
    var blobs = MarkedBlobs()
    var asked: [String] = []
    func read(_ entries: [RepositoryTree.Entry], failsAt bad: String = "") throws(Failure) -> [String] {
      asked = []
      return try MarkedTree.read(
        commit: "c", listing: Self.listing(entries), blobs: &blobs, target: Self.failing
      ) { path throws(Failure) in
        if path == bad { throw Failure() }
        asked.append(path)
        return path.hasPrefix("plain") ? Array("a: b\n".utf8) : Self.text
      }.files.keys.sorted()
    }
    #expect(try read([entry("a.yaml", "1"), entry("plain.yaml", "2")]) == ["a.yaml"])
    #expect(asked == ["a.yaml", "plain.yaml"])
    // One file moved, one is the same, and one is new.
    let second = [
      entry("b.yaml", "1"), entry("new.yaml", "3"), entry("plain.yaml", "2"), entry("z.yaml", "4"),
    ]
    #expect(throws: Failure.self) { try read(second, failsAt: "z.yaml") }
    #expect(asked == ["new.yaml"])
    // Files that were read before the failure are not read again.
    #expect(try read(second) == ["b.yaml", "new.yaml", "z.yaml"])
    #expect(asked == ["z.yaml"])
    // A content that the commit does not have is dropped.
    _ = try read([entry("b.yaml", "1")])
    _ = try read([entry("b.yaml", "1"), entry("new.yaml", "3")])
    #expect(asked == ["new.yaml"])
  }

  @Test func manyOrLargeFilesArePartial() throws {
    func read(_ tree: RepositoryTree) throws -> (tree: MarkedTree, count: Int) {
      var count = 0
      var blobs = MarkedBlobs()
      let read = try MarkedTree.read(commit: "c1", listing: tree, blobs: &blobs, target: Self.failing) {
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
    var blobs = MarkedBlobs()
    let tree = try MarkedTree.read(
      commit: "c1",
      listing: Self.listing([
        .init(path: "base/app", kind: .file, object: "1"), .init(path: "base", kind: .folder),
        .init(path: "apps/a.yaml", kind: .symbolicLink, object: "../base/app"),
        .init(path: "apps/b.yaml", kind: .symbolicLink, object: "../base"),
        .init(path: "apps/c.yaml", kind: .symbolicLink, object: "/etc/passwd"),
        .init(path: "apps/d.yaml", kind: .symbolicLink, object: "../../base/gone"),
      ]), under: "apps", blobs: &blobs, target: { link throws(Failure) in link.object ?? "" }
    ) { path throws(Failure) in
      guard path == "base/app" else { throw Failure() }
      return Self.text
    }
    #expect(tree.files.keys.sorted() == ["apps/a.yaml"])
  }
}
