internal import Glibc

/// A file in memory, for readers that take a path.
enum ScratchFile {
  /// Runs `body` with the path of a file that contains `bytes`.
  static func holding<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
    let path = "/dev/shm/oceanid-fuzz-\(getpid())-\(UInt64.random(in: .min ... .max))"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Broken(description: "open: errno \(errno)") }
    defer {
      unlink(path)
      close(descriptor)
    }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Broken(description: "write: errno \(errno)") }
      written += count
    }
    return try body(path)
  }
}
