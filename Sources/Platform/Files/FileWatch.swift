internal import CLinux
internal import Glibc

/// Detects changes to a set of files, or of the files that a pattern of glob(7) matches, by inotify(7), or by checking
/// every two seconds if no inotify watch is available.
///
/// Files are more often replaced by rename than written, so it watches their folders. For a missing folder it watches
/// the nearest existing one above it. Use it from one thread.
package final class FileWatch {
  package typealias Instant = MonotonicTime

  package static let interval: Duration = .seconds(2)
  private static let mask = UInt32(
    IN_CREATE | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF
      | IN_MOVE_SELF | Int32(IN_ONLYDIR))
  /// More folders than any ssh_config refers to.
  private static let limit = 64

  private let stamps: [String: SmallFile.Stamp]
  private var inotify: Descriptor?
  /// Watch descriptors by folder.
  private var watches: [String: Int32] = [:]
  /// When to call `hasChanged`: after an event, or at the next check; nil if neither is due.
  package private(set) var next: Instant?

  /// - Parameter known: versions of the files that were seen before; a file that differs has changed.
  package init(_ files: [String], known: [String: SmallFile.Stamp] = [:], now: Instant) {
    self.stamps = Dictionary(files.map { ($0, known[$0] ?? SmallFile.Stamp(of: $0)) }) { first, _ in first }
    let raw = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    if raw >= 0 { self.inotify = Descriptor(owning: raw) }
    arm(now)
    // A file may have changed between the stamps and the first watch.
    if isDifferent { next = now }
  }

  /// The descriptor for an event loop. When it is readable, call `becameReady`. nil without inotify.
  package var raw: Int32? { inotify?.raw }

  package func becameReady() { next = .now }

  /// True if one of the files differs from its known version, or has changed since this watch was created.
  package func hasChanged(now: Instant) -> Bool {
    drain()
    arm(now)
    return isDifferent
  }

  /// True if one of the files differs from its known version now.
  package var isDifferent: Bool { stamps.contains { SmallFile.Stamp(of: $0.key) != $0.value } }

  /// Discards the events: only their arrival matters. The loop is bounded, because the queue holds at most
  /// fs.inotify.max_queued_events events.
  private func drain() {
    guard let raw = inotify?.raw else { return }
    withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 8) { buffer in
      for _ in 0..<4096 where read(raw, buffer.baseAddress, buffer.count) <= 0 && errno != EINTR { return }
    }
  }

  /// Watches the folders that exist now.
  private func arm(_ now: Instant) {
    next = nil
    guard let raw = inotify?.raw else { return fallBack(now) }
    // A folder created before its parent was watched causes no event: repeat until the set of folders is stable.
    for _ in 0..<8 {
      let folders = folders
      var armed: [String: Int32] = [:]
      for folder in folders {
        let watch = inotify_add_watch(raw, folder, FileWatch.mask)
        if watch < 0, errno != ENOENT, errno != ENOTDIR { return fallBack(now) }
        if watch >= 0 { armed[folder] = watch }
      }
      for watch in Set(watches.values).subtracting(armed.values) { inotify_rm_watch(raw, watch) }
      watches = armed
      if armed.count == folders.count, self.folders == folders { return }
    }
    fallBack(now)
  }

  /// Without all watches (EMFILE, ENOSPC, EACCES), regular checks find the remaining changes.
  private func fallBack(_ now: Instant) { next = now + FileWatch.interval }

  /// The folders of the files and of the targets of symbolic links.
  private var folders: Set<String> {
    var folders: Set<String> = []
    for file in stamps.keys {
      folders.insert(FileWatch.nearestFolder(above: file))
      // The folders in which a pattern finds files.
      if let slash = file.lastIndex(of: "/") { folders.formUnion(SmallFile.matches(String(file[..<slash]))) }
      if let target = realpath(file, nil) {
        folders.insert(FileWatch.nearestFolder(above: String(cString: target)))
        free(target)
      }
    }
    return Set(folders.sorted().prefix(FileWatch.limit))
  }

  static func nearestFolder(above path: String) -> String {
    var rest = path[...]
    while let slash = rest.lastIndex(of: "/") {
      rest = rest[..<slash]
      var status = stat()
      if !rest.isEmpty, stat(String(rest), &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        return String(rest)
      }
    }
    return path.hasPrefix("/") ? "/" : "."
  }
}
