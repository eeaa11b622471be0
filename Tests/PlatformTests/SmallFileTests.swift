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

/// A file that a user named is written as the redirection of a shell writes it.
@Suite(.blocking) struct NamedFileTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("report.html") }
  private let contents = Array("<!doctype html>\n".utf8)

  init() throws { folder = try TemporaryFolder() }

  private func status(_ path: String) -> stat {
    var status = stat()
    #expect(lstat(path, &status) == 0)
    return status
  }

  @Test(arguments: ["report.html.new", ".report.html.new", "report.html~"])
  func noOtherFileIsTouched(_ name: String) throws {
    try folder.write("precious", to: name)
    for _ in 1...2 { try SmallFile.write(contents, to: path) }
    #expect(try folder.read(name) == "precious")
    #expect(Set(SmallFile.names(in: folder.path)) == [name, "report.html"])
  }

  @Test func aNewFileHasTheModeOfTheUmask() throws {
    let printed = try run("/bin/sh", ["-c", "umask"]).output.split(separator: "\n").first
    let umask = try #require(printed.flatMap { UInt32($0, radix: 8) })
    try SmallFile.write(contents, to: path)
    #expect(status(path).st_mode & 0o777 == 0o666 & ~umask)
    try SmallFile.replace(folder.file("metrics.prom"), with: contents, mode: 0o604)
    #expect(status(folder.file("metrics.prom")).st_mode & 0o777 == 0o604)
  }

  @Test(arguments: [0o600, 0o640, 0o666] as [UInt32])
  func anExistingFileKeepsItsMode(_ mode: UInt32) throws {
    try folder.write("old and longer than the new contents", to: "report.html")
    try #require(chmod(path, mode) == 0)
    try SmallFile.write(contents, to: path)
    #expect(status(path).st_mode & 0o777 == mode)
    #expect(try SmallFile.read(path, limit: 100) == contents)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root")) func anExistingFileKeepsItsOwner() throws {
    try folder.write("old", to: "report.html")
    try #require(chown(path, 65534, 65534) == 0)
    try SmallFile.write(contents, to: path)
    #expect(status(path).st_uid == 65534 && status(path).st_gid == 65534)
  }

  @Test(arguments: [true, false]) func aLinkStays(_ exists: Bool) throws {
    if exists { try folder.write("old", to: "target") }
    try #require(symlink("target", path) == 0)
    try SmallFile.write(contents, to: path)
    #expect(status(path).st_mode & S_IFMT == S_IFLNK)
    #expect(try SmallFile.read(folder.file("target"), limit: 100) == contents)
  }

  @Test func aSecondNameStays() throws {
    let other = try folder.write("old and longer than the new contents", to: "other")
    try #require(link(other, path) == 0)
    try SmallFile.write(contents, to: path)
    #expect(try SmallFile.read(other, limit: 100) == contents)
    #expect(status(path).st_nlink == 2)
  }

  @Test func aFIFOAndADeviceAreWrittenThrough() throws {
    try #require(mkfifo(path, 0o600) == 0)
    // A FIFO that is open for reading and writing never blocks.
    let end = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
    defer { close(end) }
    try SmallFile.write(contents, to: path)
    var bytes = [UInt8](repeating: 0, count: 100)
    #expect(read(end, &bytes, 100) == contents.count && bytes.starts(with: contents))
    #expect(status(path).st_mode & S_IFMT == S_IFIFO)
    try SmallFile.write(contents, to: "/dev/fd/\(end)")
    #expect(read(end, &bytes, 100) == contents.count)
    try SmallFile.write(contents, to: "/dev/null")
    #expect(status("/dev/null").st_mode & S_IFMT == S_IFCHR)
  }

  @Test func anOpenFileIsWrittenThroughItsDescriptor() throws {
    try folder.write("old", to: "report.html")
    let end = open(path, O_RDWR | O_CLOEXEC)
    defer { close(end) }
    try SmallFile.write(contents, to: "/dev/fd/\(end)")
    #expect(try SmallFile.read(path, limit: 100) == contents)
    var bytes = [UInt8](repeating: 0, count: 100)
    #expect(read(end, &bytes, 100) == contents.count, "the descriptor still belongs to the file")
  }

  /// A FIFO without a reader would block the writer.
  @Test(arguments: ["fifo", "/dev/null", "folder"]) func onlyRegularFilesAreRewritten(_ name: String) throws {
    let path = name.hasPrefix("/") ? name : folder.file(name)
    if name == "fifo" { try #require(mkfifo(path, 0o600) == 0) }
    if name == "folder" { try #require(mkdir(path, 0o700) == 0) }
    let kind = status(path).st_mode & S_IFMT
    #expect(throws: SystemError.self) { try SmallFile.rewrite(path, with: contents) }
    #expect(status(path).st_mode & S_IFMT == kind)
  }

  @Test func draftsOfKilledProcessesAreRemovedAndNoOtherFiles() throws {
    try folder.write("old", to: "report.html")
    let abandoned = ".oceanid-3w5e11264sgsf.new"
    let others = [
      ".oceanid-.new", ".oceanid-3W.new", ".oceanid-notes-of-mine.new", ".oceanid-3w5e11264sgsf",
      "report.html.new",
      ".oceanid-3w5e11264sgsf0.new",
    ]
    let past = [
      timespec(tv_sec: time(nil) - 3600, tv_nsec: 0), timespec(tv_sec: time(nil) - 3600, tv_nsec: 0),
    ]
    for name in [abandoned] + others {
      try folder.write("x", to: name)
      try #require(utimensat(AT_FDCWD, folder.file(name), past, 0) == 0)
    }
    try folder.write("of a write in progress", to: ".oceanid-new.new")
    try #require(symlink(folder.file("other"), folder.file(".oceanid-link.new")) == 0)
    try #require(mkdir(folder.file(".oceanid-folder.new"), 0o700) == 0)
    if geteuid() == 0 {
      try folder.write("of another user", to: ".oceanid-foreign.new")
      try #require(chown(folder.file(".oceanid-foreign.new"), 4711, 4711) == 0)
      try #require(utimensat(AT_FDCWD, folder.file(".oceanid-foreign.new"), past, 0) == 0)
    }
    let before = Set(SmallFile.names(in: folder.path))
    try SmallFile.rewrite(path, with: contents)
    #expect(Set(SmallFile.names(in: folder.path)) == before.subtracting([abandoned]))
    #expect(try SmallFile.read(path, limit: 100) == contents)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root, who can create a device")) func aDeviceIsNotReplaced()
    throws
  {
    let device = folder.file("null")
    try #require(mknod(device, S_IFCHR | 0o666, 1 << 8 | 3) == 0)
    #expect(throws: SystemError.self) { try SmallFile.replace(device, with: contents, mode: 0o644) }
    #expect(status(device).st_mode & S_IFMT == S_IFCHR)
  }

  @Test func aFolderAndAMissingFolderAreErrors() throws {
    for path in [folder.path, folder.file("none/report.html"), folder.file("report.html/")] {
      #expect(throws: SystemError.self) { try SmallFile.write(contents, to: path) }
    }
    #expect(SmallFile.names(in: folder.path).isEmpty)
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
