internal import CLinux
internal import Glibc

/// Reserves the last descriptors of this process for reconnecting: ssh(1), the resolver, keys and known hosts need
/// some. Clients' connections must not use them up.
package enum DescriptorReserve {
  private static let size = 64

  /// True if the next descriptor comes from the reserve. The kernel always returns the lowest free number (open(2)).
  ///
  /// - Parameter any: a descriptor to duplicate and close, which reveals the next number.
  package static func isTouched(asOf any: borrowing Descriptor) -> Bool {
    let next = fcntl(any.raw, F_DUPFD_CLOEXEC, 0)
    guard next >= 0 else { return errno == EMFILE }
    close(next)
    return isTouched(next: Int(next), limit: Int(sysconf(Int32(_SC_OPEN_MAX))))
  }

  /// With a small limit, the reserve is a quarter of it.
  static func isTouched(next: Int, limit: Int) -> Bool { limit > 0 && next >= limit - min(size, limit / 4) }
}
