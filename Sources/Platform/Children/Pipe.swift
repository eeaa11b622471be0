internal import CLinux
internal import Glibc

/// Both ends of a pipe(2), closed on exec from the start: no program that is started meanwhile gets them.
struct Pipe: ~Copyable {
  /// Does not block.
  let reading: Descriptor
  let writing: Descriptor

  init() throws(SystemError) {
    var ends: (Int32, Int32) = (-1, -1)
    let code = withUnsafeMutablePointer(to: &ends) {
      $0.withMemoryRebound(to: Int32.self, capacity: 2) { pipe2($0, O_CLOEXEC) }
    }
    guard code == 0 else { throw .last("pipe2") }
    // A fresh descriptor takes any flag that there is (fcntl(2)).
    _ = fcntl(ends.0, F_SETFL, O_NONBLOCK)
    reading = Descriptor(owning: ends.0)
    writing = Descriptor(owning: ends.1)
  }
}
