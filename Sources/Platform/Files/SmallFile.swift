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

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// This process may write it, or make files in it.
  package static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

  /// Changes when the file is written, replaced, created or removed.
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
      self.seconds = exists ? status.st_mtim.tv_sec : 0
      self.nanoseconds = exists ? status.st_mtim.tv_nsec : 0
    }
  }
}
