import Glibc
import Platform
import TestSupport
import Testing

@Suite(.blocking) struct SmallFileTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("metrics.prom") }
  private let contents = Array("one 1\n".utf8)

  init() throws { folder = try TemporaryFolder() }

  @Test func aFileIsReplacedAtomically() throws {
    try folder.write("old", to: "metrics.prom")
    try SmallFile.replace(path, with: contents, mode: 0o644)
    #expect(try SmallFile.read(path, limit: 100) == contents)
    #expect(!SmallFile.exists(path + ".new"))
  }

  @Test func aFIFOAtTheTemporaryPathDoesNotBlock() throws {
    try #require(mkfifo(path + ".new", 0o600) == 0)
    try SmallFile.replace(path, with: contents, mode: 0o644)
    #expect(try SmallFile.read(path, limit: 100) == contents)
  }

  @Test func aLinkAtTheTemporaryPathIsNotFollowed() throws {
    let other = try folder.write("other", to: "other")
    try #require(symlink(other, path + ".new") == 0)
    try SmallFile.replace(path, with: contents, mode: 0o644)
    #expect(try SmallFile.read(path, limit: 100) == contents)
    #expect(try folder.read("other") == "other")
  }

  @Test func aFolderAtTheTemporaryPathIsAnError() throws {
    try #require(mkdir(path + ".new", 0o700) == 0)
    #expect(throws: SystemError.self) { try SmallFile.replace(path, with: contents, mode: 0o644) }
    #expect(!SmallFile.exists(path))
  }
}

/// Special files must neither block the guard nor supply endless data.
@Suite(.blocking) struct SpecialFileTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("state") }

  init() throws { folder = try TemporaryFolder() }

  private func failure() -> SystemError? {
    do throws(SystemError) {
      _ = try SmallFile.read(path, limit: 1 << 20)
      return nil
    } catch {
      return error
    }
  }

  private func makeSocket() throws {
    let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(raw) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let text = Array(path.utf8)
    try #require(text.count < MemoryLayout.size(ofValue: address.sun_path))
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: text) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(raw, $0, size) }
    }
    try #require(result == 0)
  }

  @Test(arguments: ["a FIFO", "a socket", "a directory", "a device", "a device behind a link"])
  func specialFilesAreRejectedWithoutBlocking(_ kind: String) throws {
    switch kind {
    case "a FIFO": try #require(mkfifo(path, 0o600) == 0)
    case "a socket": try makeSocket()
    case "a directory": try #require(mkdir(path, 0o700) == 0)
    default: try #require(symlink("/dev/zero", path) == 0)
    }
    let failure = try #require(self.failure())
    #expect(failure.isNotRegular)
    let name = kind.hasPrefix("a device") ? "a device" : kind
    #expect(failure.description == "read \(path): it is \(name), not a regular file")
  }

  @Test func aLinkLoopAndAMissingFileAreErrors() throws {
    #expect(failure()?.isMissing == true)
    try #require(symlink(path, path) == 0)
    #expect(failure()?.code == ELOOP)
  }

  /// `UserKnownHostsFile /dev/null` is common.
  @Test func theNullDeviceIsAnEmptyFile() throws {
    try #require(symlink("/dev/null", path) == 0)
    #expect(try SmallFile.read(path, limit: 10) == [])
  }

  @Test func aFileOverTheLimitIsRejected() throws {
    try folder.write("12345", to: "state")
    try #require(truncate(path, 1 << 40) == 0)
    #expect(failure()?.isTooLarge == true)
  }

  @Test func onlyRegularFilesAreAppendedTo() throws {
    try SmallFile.append([1, 2], to: path, mode: 0o600)
    try SmallFile.append([3], to: path, mode: 0o600)
    #expect(try SmallFile.read(path, limit: 10) == [1, 2, 3])
    unlink(path)
    try #require(mkfifo(path, 0o600) == 0)
    #expect(throws: SystemError.self) { try SmallFile.append([1], to: path, mode: 0o600) }
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    #expect(throws: SystemError.self) { try SmallFile.append([1], to: path, mode: 0o600) }
    unlink(path)
    let other = try folder.write("", to: "other")
    try #require(symlink(other, path) == 0)
    #expect(throws: SystemError.self) { try SmallFile.append([1], to: path, mode: 0o600) }
    #expect(try folder.read("other") == "")
  }
}
