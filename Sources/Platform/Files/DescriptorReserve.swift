internal import CLinux
internal import Glibc

/// The last descriptors of this process, which no stranger's connection may use up: a session that is lost needs some
/// for the next one, with ssh(1), the resolver, keys and known hosts.
package enum DescriptorReserve {
  private static let size = 64

  /// Whether the next descriptor is one of the last: the kernel gives out the lowest number that is free (open(2)).
  ///
  /// - Parameter any: what to make a copy of, and close it, to see its number.
  package static func isTouched(asOf any: borrowing Descriptor) -> Bool {
    let next = fcntl(any.raw, F_DUPFD_CLOEXEC, 0)
    guard next >= 0 else { return errno == EMFILE }
    close(next)
    return isTouched(next: Int(next), limit: Int(sysconf(Int32(_SC_OPEN_MAX))))
  }

  /// A small limit is not all reserve.
  static func isTouched(next: Int, limit: Int) -> Bool { limit > 0 && next >= limit - min(size, limit / 4) }
}
