internal import CLinux
internal import Glibc

/// Both ends of a pipe(2), close-on-exec from creation, so that programs started at the same time do not inherit
/// them.
struct Pipe: ~Copyable {
  let reading: Descriptor
  let writing: Descriptor

  /// The end that stays in this process, which is non-blocking. Programs expect the other one in blocking mode.
  enum NearEnd {
    case reading, writing
  }

  init(near: NearEnd = .reading) throws(SystemError) {
    var ends: (Int32, Int32) = (-1, -1)
    let code = withUnsafeMutablePointer(to: &ends) {
      $0.withMemoryRebound(to: Int32.self, capacity: 2) { pipe2($0, O_CLOEXEC) }
    }
    guard code == 0 else { throw .last("pipe2") }
    // F_SETFL cannot fail on a new descriptor (fcntl(2)).
    _ = fcntl(near == .reading ? ends.0 : ends.1, F_SETFL, O_NONBLOCK)
    reading = Descriptor(owning: ends.0)
    writing = Descriptor(owning: ends.1)
  }
}
