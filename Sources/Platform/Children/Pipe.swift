internal import CLinux
internal import Glibc

/// Both ends of a pipe(2), close-on-exec from creation, so that programs started at the same time do not inherit
/// them.
struct Pipe: ~Copyable {
  /// Non-blocking.
  let reading: Descriptor
  let writing: Descriptor

  init() throws(SystemError) {
    var ends: (Int32, Int32) = (-1, -1)
    let code = withUnsafeMutablePointer(to: &ends) {
      $0.withMemoryRebound(to: Int32.self, capacity: 2) { pipe2($0, O_CLOEXEC) }
    }
    guard code == 0 else { throw .last("pipe2") }
    // F_SETFL cannot fail on a new descriptor (fcntl(2)).
    _ = fcntl(ends.0, F_SETFL, O_NONBLOCK)
    reading = Descriptor(owning: ends.0)
    writing = Descriptor(owning: ends.1)
  }
}
