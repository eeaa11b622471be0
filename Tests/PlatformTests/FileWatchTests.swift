import Foundation
import Platform
import Testing

@Suite struct FileWatchTests {
  /// A folder that is removed with the test.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appending(path: "watch-\(UUID().uuidString)").path
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
      try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
    }
  }

  /// Waits for the descriptor and then checks for changes, like an event loop.
  private func detectsChange(_ watch: FileWatch, within limit: Int32 = 5000) -> Bool {
    guard let raw = watch.raw else { return false }
    let end = MonotonicTime.now + .milliseconds(Int(limit))
    while MonotonicTime.now < end {
      var poller = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
      guard poll(&poller, 1, limit) > 0 else { return false }
      watch.becameReady()
      if watch.hasChanged(now: .now) { return true }
    }
    return false
  }

  @Test func anUnchangedFileNeedsNoWakeUp() throws {
    let folder = try Folder()
    try folder.write("one", to: "known_hosts")
    let watch = FileWatch(["\(folder.path)/known_hosts"], now: .now)
    #expect(watch.next == nil)
    #expect(watch.raw != nil)
    #expect(!watch.hasChanged(now: .now))
    #expect(watch.next == nil)
  }

  @Test func aWrittenFileIsDetected() throws {
    let folder = try Folder()
    try folder.write("one", to: "known_hosts")
    let watch = FileWatch(["\(folder.path)/known_hosts"], now: .now)
    try folder.write("one and two", to: "known_hosts")
    #expect(detectsChange(watch))
  }

  @Test func aFileReplacedByRenameIsDetected() throws {
    let folder = try Folder()
    try folder.write("one", to: "id_ed25519")
    let watch = FileWatch(["\(folder.path)/id_ed25519"], now: .now)
    try folder.write("two", to: "id_ed25519.new")
    #expect(rename("\(folder.path)/id_ed25519.new", "\(folder.path)/id_ed25519") == 0)
    #expect(detectsChange(watch))
  }

  @Test(arguments: ["conf.d/*", "conf.d/*.conf", "*/new.conf", "*/n*"])
  func aFileThatAPatternMatchesIsDetected(_ pattern: String) throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/conf.d", withIntermediateDirectories: true)
    try folder.write("old", to: "conf.d/.hidden")
    let watch = FileWatch(["\(folder.path)/\(pattern)"], now: .now)
    #expect(!watch.hasChanged(now: .now))
    // The pattern does not match it.
    try folder.write("other", to: "conf.d/.other")
    #expect(!watch.hasChanged(now: .now))
    try folder.write("new", to: "conf.d/new.conf")
    #expect(detectsChange(watch))
  }

  @Test func aFileInANewFolderIsDetected() throws {
    let folder = try Folder()
    let watch = FileWatch(["\(folder.path)/home/.ssh/config"], now: .now)
    #expect(watch.next == nil)
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/home/.ssh", withIntermediateDirectories: true)
    #expect(!detectsChange(watch, within: 200))
    try folder.write("Host tethys", to: "home/.ssh/config")
    #expect(detectsChange(watch))
  }

  @Test func theTargetOfASymbolicLinkIsWatched() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: "\(folder.path)/a", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: "\(folder.path)/b", withIntermediateDirectories: true)
    try folder.write("one", to: "b/real")
    #expect(symlink("../b/real", "\(folder.path)/a/known_hosts") == 0)
    let watch = FileWatch(["\(folder.path)/a/known_hosts"], now: .now)
    try folder.write("one and two", to: "b/real")
    #expect(detectsChange(watch))
  }

  @Test func otherFilesInTheFolderAreIgnored() throws {
    let folder = try Folder()
    try folder.write("one", to: "known_hosts")
    let watch = FileWatch(["\(folder.path)/known_hosts"], now: .now)
    try folder.write("other", to: "neighbor")
    #expect(!detectsChange(watch, within: 200))
    #expect(watch.next == nil)
  }

  /// A folder that this process cannot access can only be polled.
  @Test func pollsEveryTwoSecondsWithoutInotify() async {
    await #expect(processExitsWith: .success) {
      // Without free descriptors, inotify_init1 fails with EMFILE.
      var limit = rlimit(rlim_cur: 3, rlim_max: 3)
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      let path = "/tmp/watch-\(getpid())"
      let now = MonotonicTime.now
      let watch = FileWatch([path], now: now)
      guard watch.raw == nil, watch.next == now + FileWatch.interval else { exit(1) }
      guard !watch.hasChanged(now: now), symlink("/nowhere", path) == 0 else { exit(2) }
      unlink(path)
      guard mkdir(path, 0o700) == 0 else { exit(3) }
      defer { rmdir(path) }
      let changed = watch.hasChanged(now: now + .seconds(2))
      rmdir(path)
      exit(changed ? 0 : 4)
    }
  }
}
