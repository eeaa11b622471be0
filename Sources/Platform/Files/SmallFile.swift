internal import Glibc

/// Reads and writes whole files of bounded size: keys, known_hosts, state, /proc entries.
///
/// It accepts regular files only. A FIFO, socket or device at the path could block the reader, never end, or have
/// side effects when opened.
package enum SmallFile {
  /// - Throws: `SystemError` with the errno of the failed step; EFBIG if the file is larger than `limit` bytes.
  package static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    let operation = "read \(path)"
    // Checked before open(2), because opening a device can have side effects.
    guard try isRegular(path, operation, { stat(path, $0) }) else { return [] }
    let raw = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard raw >= 0 else { throw .last("open \(path)") }
    let descriptor = Descriptor(owning: raw)
    guard try isRegular(path, operation, { fstat(raw, $0) }) else { return [] }
    var contents: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      switch descriptor.read(into: chunk) {
      case .moved(let count):
        contents.append(contentsOf: chunk.prefix(count))
        guard contents.count <= limit else { throw SystemError(operation, code: EFBIG) }
      case .endOfFile: return contents
      case .wouldBlock: throw SystemError(operation, code: EAGAIN)
      case .failed(let code): throw SystemError(operation, code: code)
      }
    }
  }

  /// - Returns: false for /dev/null, which many ssh_config files use as an empty file.
  /// - Throws: `SystemError` if the path is neither.
  private static func isRegular(
    _ path: String, _ operation: String, _ inspect: (UnsafeMutablePointer<stat>) -> Int32
  ) throws(SystemError) -> Bool {
    var status = stat()
    guard inspect(&status) == 0 else { throw .last("open \(path)") }
    let foundFileType: String
    switch status.st_mode & S_IFMT {
    case S_IFREG: return true
    // /dev/null is device 1:3 on every Linux (devices.txt).
    case S_IFCHR where status.st_rdev == 1 << 8 | 3: return false
    case S_IFDIR: foundFileType = "a directory"
    case S_IFIFO: foundFileType = "a FIFO"
    case S_IFSOCK: foundFileType = "a socket"
    default: foundFileType = "a device"
    }
    throw SystemError(operation, found: foundFileType)
  }

  /// Appends to a file and creates it if it does not exist.
  ///
  /// - Throws: `SystemError`; a part of the contents may have been written.
  package static func append(_ contents: [UInt8], to path: String, mode: UInt32) throws(SystemError) {
    let raw = open(
      path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, mode)
    guard raw >= 0 else { throw .last("open \(path)") }
    let descriptor = Descriptor(owning: raw)
    guard try isRegular(path, "write \(path)", { fstat(raw, $0) }) else {
      throw SystemError("write \(path)", found: "a device")
    }
    let count = contents.withUnsafeBytes { Glibc.write(raw, $0.baseAddress, $0.count) }
    guard count == contents.count else {
      throw count < 0 ? .last("write \(path)") : SystemError("write \(path)", code: ENOSPC)
    }
    _ = consume descriptor
  }

  /// Replaces a whole file atomically: readers see either the old or the new contents.
  ///
  /// For a file of this program: it removes what has the name of its draft, `PATH.new`, and a new file takes the place
  /// of a link, so that no link leads it to another file. For a file that the caller of a command named, use `write` or
  /// `rewrite`.
  ///
  /// - Parameter mode: permission bits of the new file.
  /// - Throws: `SystemError` with the errno of the failed step, or for a device; what is there stays.
  package static func replace(_ path: String, with contents: [UInt8], mode: UInt32) throws(SystemError) {
    var status = stat()
    // A configured path can name one, and root could put a file in its place.
    if lstat(path, &status) == 0, [S_IFCHR, S_IFBLK].contains(status.st_mode & S_IFMT) {
      throw SystemError("write \(path)", found: "a device")
    }
    let draft = path + ".new"
    // Remove anything with this name: a FIFO without a reader would block the writer.
    unlink(draft)
    let raw = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard raw >= 0 else { throw .last("open \(draft)") }
    do throws(SystemError) {
      let descriptor = Descriptor(owning: raw)
      // fchmod(2) sets the exact mode; open(2) applies the umask.
      guard fchmod(raw, mode) == 0 else { throw .last("fchmod \(draft)") }
      try writeAll(contents, to: raw, draft)
      _ = consume descriptor
      guard rename(draft, path) == 0 else { throw .last("rename \(draft)") }
    } catch {
      unlink(draft)
      throw error
    }
  }

  /// Writes a file that a user named, as the redirection of a shell does: through a link, a FIFO or a character
  /// device. It waits for the reader of a FIFO. A regular file is written by `rewrite`, and a new one has the mode of
  /// the umask.
  ///
  /// - Throws: `SystemError` with the errno of the failed step.
  package static func write(_ contents: [UInt8], to path: String) throws(SystemError) {
    var status = stat()
    let isStream = stat(path, &status) == 0 && [S_IFIFO, S_IFCHR].contains(status.st_mode & S_IFMT)
    guard isStream else { return try rewrite(path, with: contents) }
    let raw = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
    guard raw >= 0 else { throw .last("open \(path)") }
    let descriptor = Descriptor(owning: raw)
    try writeAll(contents, to: raw, path)
    _ = consume descriptor
  }

  /// Writes a regular file that a user named. A link to it stays, and so do its mode, its owner and every other file.
  ///
  /// An existing file is replaced atomically, except where that would lose its owner, its access list or a second name,
  /// or where its folder cannot be written: then it is overwritten.
  ///
  /// A file that does not exist yet gets the mode of the umask.
  ///
  /// - Throws: `SystemError` with the errno of the failed step.
  package static func rewrite(_ path: String, with contents: [UInt8]) throws(SystemError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else { throw .last("open \(path)") }
      return try create(path, contents)
    }
    guard try isRegular(path, "write \(path)", { stat(path, $0) }) else {
      throw SystemError("write \(path)", found: "a device")
    }
    // Renaming needs no right to write the file itself.
    guard isWritable(path) else { throw .last("open \(path)") }
    if let resolved = resolvedPath(of: path, status), status.st_nlink == 1, !AccessList.exists(on: resolved),
      try replaceKeeping(resolved, contents, status)
    {
      return
    }
    let raw = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard raw >= 0 else { throw .last("open \(path)") }
    let descriptor = Descriptor(owning: raw)
    try writeAll(contents, to: raw, path)
    _ = consume descriptor
  }

  /// Writes a file that does not exist, or the missing target of a link.
  private static func create(_ path: String, _ contents: [UInt8]) throws(SystemError) {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
    var raw = open(path, flags | O_EXCL, 0o666)
    let isOwn = raw >= 0
    if raw < 0, errno == EEXIST { raw = open(path, flags, 0o666) }
    guard raw >= 0 else { throw .last("open \(path)") }
    do throws(SystemError) {
      let descriptor = Descriptor(owning: raw)
      try writeAll(contents, to: raw, path)
      _ = consume descriptor
    } catch {
      if isOwn { unlink(path) }
      throw error
    }
  }

  /// The path behind all links; nil if it is not the file that `status` describes, as behind /dev/fd.
  private static func resolvedPath(of path: String, _ status: stat) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    var found = stat()
    guard stat(real, &found) == 0, (found.st_dev, found.st_ino) == (status.st_dev, status.st_ino),
      !path.hasPrefix("/dev/"), !path.hasPrefix("/proc/")
    else { return nil }
    return String(cString: real)
  }

  /// Replaces a file by one with the same owner and mode.
  ///
  /// - Returns: false if that is not possible; nothing has changed then.
  private static func replaceKeeping(_ path: String, _ contents: [UInt8], _ status: stat) throws(SystemError)
    -> Bool
  {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    removeAbandonedDrafts(in: folder.isEmpty ? "." : String(folder))
    // No other file has this name, and a long name of the file does not make it too long.
    let draft = "\(folder)\(draftPrefix)\(String(UInt64.random(in: .min ... .max), radix: 36))\(draftSuffix)"
    let raw = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard raw >= 0 else { return false }
    do throws(SystemError) {
      let descriptor = Descriptor(owning: raw)
      // chown(2) clears the bits of set-user-ID, so the mode comes after it.
      guard fchown(raw, status.st_uid, status.st_gid) == 0, fchmod(raw, status.st_mode & 0o7777) == 0 else {
        unlink(draft)
        return false
      }
      try writeAll(contents, to: raw, draft)
      _ = consume descriptor
      guard rename(draft, path) == 0 else { throw .last("rename \(draft)") }
      return true
    } catch {
      unlink(draft)
      throw error
    }
  }

  private static let draftPrefix = ".oceanid-"
  private static let draftSuffix = ".new"
  /// In seconds. A write takes less than one.
  private static let oldestDraft = 600

  /// Removes the drafts of `replaceKeeping` that a killed process of this user left in a folder.
  private static func removeAbandonedDrafts(in folder: String) {
    for name in names(in: folder) where isDraft(name) {
      let path = "\(folder)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
        status.st_nlink == 1, time(nil) - status.st_mtim.tv_sec > oldestDraft
      else { continue }
      unlink(path)
    }
  }

  /// `.oceanid-3w5e11264sgsf.new`: at most the 13 digits of 64 bits.
  private static func isDraft(_ name: String) -> Bool {
    guard name.hasPrefix(draftPrefix), name.hasSuffix(draftSuffix) else { return false }
    let digits = name.dropFirst(draftPrefix.count).dropLast(draftSuffix.count)
    return 1...13 ~= digits.utf8.count
      && digits.utf8.allSatisfy {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
      }
  }

  private static func writeAll(_ contents: [UInt8], to raw: Int32, _ path: String) throws(SystemError) {
    var rest = contents[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(raw, $0.baseAddress, $0.count) }
      guard count > 0 || errno == EINTR else { throw .last("write \(path)") }
      rest = rest.dropFirst(max(0, count))
    }
  }

  /// Creates a folder if it does not exist.
  package static func makeFolder(_ path: String, mode: UInt32) throws(SystemError) {
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw .last("mkdir \(path)") }
  }

  /// The names of the entries of a folder; empty if it cannot be read.
  package static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  package static func move(_ path: String, to other: String) throws(SystemError) {
    guard rename(path, other) == 0 else { throw .last("rename \(path)") }
  }

  package static func remove(_ path: String) { unlink(path) }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// True if data written to this path can be read back: it is a regular file or does not exist yet.
  package static func canKeep(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// True for a FIFO: opening it would wait for a writer.
  package static func isFIFO(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// True if this process may read the file.
  package static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }

  /// True if this process may write the file, or create files in the folder.
  package static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

  /// The paths that a pattern of glob(7) matches.
  package static func matches(_ pattern: String) -> [String] {
    guard pattern.contains(where: { "*?[".contains($0) }) else { return [] }
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
  }

  /// Identifies a version of a file. Changes when the file is written, replaced, created or removed, or its mode
  /// changes. For a pattern of glob(7), it changes when a file appears that the pattern matches, or one disappears.
  package struct Stamp: Hashable, Sendable {
    private let inode: UInt64
    private let size: Int64
    private let seconds: Int
    private let nanoseconds: Int
    private let matches: [String]

    package init(of path: String) {
      var status = stat()
      let exists = stat(path, &status) == 0
      self.inode = exists ? UInt64(status.st_ino) : 0
      self.size = exists ? Int64(status.st_size) : -1
      self.seconds = exists ? status.st_ctim.tv_sec : 0
      self.nanoseconds = exists ? status.st_ctim.tv_nsec : 0
      self.matches = exists ? [] : SmallFile.matches(path)
    }
  }
}
