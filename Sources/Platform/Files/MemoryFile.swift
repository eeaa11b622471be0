internal import CLinux
internal import Glibc

/// A file in memory, without a name in a folder. A program reads it at its own pace or not at all. Unlike a pipe, it
/// does not make a writer wait.
package final class MemoryFile: Sendable {
  private let descriptor: Descriptor
  var raw: Int32 { descriptor.raw }

  package init(_ bytes: [UInt8]) throws(SystemError) {
    let raw = oceanid_memory_file("input")
    guard raw >= 0 else { throw .last("memfd_create") }
    descriptor = Descriptor(owning: raw)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(raw, $0.baseAddress, $0.count) }
      guard count > 0 || errno == EINTR else { throw .last("write") }
      rest = rest.dropFirst(max(0, count))
    }
    lseek(raw, 0, SEEK_SET)
  }

  /// A path at which programs of the same user can open it while this object exists.
  package var path: String { "/proc/\(getpid())/fd/\(raw)" }
}
