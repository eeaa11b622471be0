import Glibc
import Platform
import TestSupport
import Testing

@Suite(.blocking) struct SmallFileTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("metrics.prom") }
  private let contents = Array("one 1\n".utf8)

  init() throws { folder = try TemporaryFolder() }

  @Test func aFileIsReplacedAsAWhole() throws {
    try folder.write("old", to: "metrics.prom")
    try SmallFile.replace(path, with: contents, mode: 0o644)
    #expect(try SmallFile.read(path, limit: 100) == contents)
    #expect(!SmallFile.exists(path + ".new"))
  }

  @Test func aFIFOInTheDraftsPlaceHoldsUpNobody() throws {
    try #require(mkfifo(path + ".new", 0o600) == 0)
    try SmallFile.replace(path, with: contents, mode: 0o644)
    #expect(try SmallFile.read(path, limit: 100) == contents)
  }

  @Test func aLinkInTheDraftsPlaceLeadsNowhere() throws {
    let other = try folder.write("other", to: "other")
    try #require(symlink(other, path + ".new") == 0)
    try SmallFile.replace(path, with: contents, mode: 0o644)
    #expect(try SmallFile.read(path, limit: 100) == contents)
    #expect(try folder.read("other") == "other")
  }

  @Test func aFolderInTheDraftsPlaceIsAnError() throws {
    try #require(mkdir(path + ".new", 0o700) == 0)
    #expect(throws: SystemError.self) { try SmallFile.replace(path, with: contents, mode: 0o644) }
    #expect(!SmallFile.exists(path))
  }
}
