internal import Glibc
internal import GuardTypes
internal import Platform

/// Prevents two setups of the same guard at once. The lock ends with the process.
package final class SetupLock {
  private let descriptor: Descriptor

  /// The locked file. For a user it is the runtime folder itself, so that no file is left, or else the home folder.
  static func path(_ person: SetupUser, isMachine: Bool) -> String {
    if isMachine { return "/run/oceanid-setup.lock" }
    var status = stat()
    let isFolder = stat(person.runtimeDirectory, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    return isFolder ? person.runtimeDirectory : person.home
  }

  /// - Throws: the holder of the lock, or the reason why the file cannot be opened.
  package convenience init(_ system: LocalSystem, isMachine: Bool) throws(SetupStop) {
    do throws(SetupFailure) {
      try self.init(path: SetupLock.path(system.person, isMachine: isMachine))
    } catch {
      throw .failed(error)
    }
  }

  init(path: String) throws(SetupFailure) {
    var raw = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if raw < 0 { raw = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600) }
    guard raw >= 0 else {
      throw SetupFailure("\(SystemError.last("open \(path)"))", next: "namei -l \(path.shellWord)")
    }
    descriptor = Descriptor(owning: raw)
    guard flock(raw, LOCK_EX | LOCK_NB) != 0 else { return }
    guard errno == EWOULDBLOCK else {
      throw SetupFailure("\(SystemError.last("flock \(path)"))", next: "namei -l \(path.shellWord)")
    }
    var status = stat()
    let holder = fstat(raw, &status) == 0 ? SetupLock.holder(inode: UInt64(status.st_ino)) : nil
    throw SetupFailure(
      "another setup is running\(holder.map { ": \($0.words)" } ?? ""), so this one did nothing",
      next: holder.map { "ps -fp \($0.pid)" } ?? "ps -fC oceanid-ctl")
  }

  /// The process that has locked the file, as /proc/locks shows it (proc(5)).
  private static func holder(inode: UInt64) -> (pid: Int32, words: String)? {
    let table = (try? SmallFile.read("/proc/locks", limit: 1 << 20)) ?? []
    for line in String(decoding: table, as: UTF8.self).split(separator: "\n") where !line.contains("->") {
      // `1: FLOCK ADVISORY WRITE 4242 08:01:131085 0 EOF`
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      guard fields.count > 5, fields[1] == "FLOCK",
        fields[5].split(separator: ":").last.flatMap({ UInt64($0) }) == inode,
        let pid = Int32(fields[4]), pid > 0
      else { continue }
      let name = (try? SmallFile.read("/proc/\(pid)/comm", limit: 64)).map {
        String(decoding: $0, as: UTF8.self)
      }
      return (pid, "\(name?.split(separator: "\n").first ?? "a process") (pid \(pid))")
    }
    return nil
  }
}
