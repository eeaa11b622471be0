internal import Glibc

/// Whole files of bounded size: keys, known_hosts, /proc entries.
package enum SmallFile {
  /// - Throws: `SystemError` with errno of the step that failed; EFBIG when the file is over `limit` bytes.
  package static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    let raw = open(path, O_RDONLY | O_CLOEXEC)
    guard raw >= 0 else { throw .last("open \(path)") }
    let descriptor = Descriptor(owning: raw)
    var contents: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      switch descriptor.read(into: chunk) {
      case .moved(let count):
        contents.append(contentsOf: chunk.prefix(count))
        guard contents.count <= limit else { throw SystemError("read \(path)", code: EFBIG) }
      case .endOfFile: return contents
      case .wouldBlock: throw SystemError("read \(path)", code: EAGAIN)
      case .failed(let code): throw SystemError("read \(path)", code: code)
      }
    }
  }

  /// Puts a whole file in the place of what is there: whoever reads it sees the old one or the new one.
  ///
  /// - Parameter mode: permission bits of the new file.
  /// - Throws: `SystemError` with errno of the step that failed; the old file stays.
  package static func replace(_ path: String, with contents: [UInt8], mode: UInt32) throws(SystemError) {
    let draft = path + ".new"
    // A file of this call alone: whatever has the name, a FIFO that nobody reads would hold up its writer.
    unlink(draft)
    let raw = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard raw >= 0 else { throw .last("open \(draft)") }
    do throws(SystemError) {
      let descriptor = Descriptor(owning: raw)
      // Whatever umask(2) says: who is meant to read it can.
      guard fchmod(raw, mode) == 0 else { throw .last("fchmod \(draft)") }
      var rest = contents[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(raw, $0.baseAddress, $0.count) }
        guard count > 0 || errno == EINTR else { throw .last("write \(draft)") }
        rest = rest.dropFirst(max(0, count))
      }
      _ = consume descriptor
      guard rename(draft, path) == 0 else { throw .last("rename \(draft)") }
    } catch {
      unlink(draft)
      throw error
    }
  }

  /// Makes a folder where there is none.
  package static func makeFolder(_ path: String, mode: UInt32) throws(SystemError) {
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw .last("mkdir \(path)") }
  }

  /// The files of a folder; none where it can't be read.
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

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// What is written there can be read again: it is a file, or can become one. A device keeps nothing.
  package static func canKeep(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// This process may write it, or make files in it.
  package static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

  /// Changes when the file is written, replaced, created or removed, or others get its rights.
  package struct Stamp: Hashable, Sendable {
    private let inode: UInt64
    private let size: Int64
    private let seconds: Int
    private let nanoseconds: Int

    package init(of path: String) {
      var status = stat()
      let exists = stat(path, &status) == 0
      self.inode = exists ? UInt64(status.st_ino) : 0
      self.size = exists ? Int64(status.st_size) : -1
      self.seconds = exists ? status.st_ctim.tv_sec : 0
      self.nanoseconds = exists ? status.st_ctim.tv_nsec : 0
    }
  }
}
