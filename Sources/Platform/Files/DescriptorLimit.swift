internal import Glibc

/// The limit on open descriptors of this process (RLIMIT_NOFILE, getrlimit(2)).
package enum DescriptorLimit {
  package static var current: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    return Int(clamping: limit.rlim_cur)
  }

  /// Raises the soft limit to `wanted`, as far as the hard limit allows. The default of 1024 exists for programs that
  /// call select(2).
  package static func raise(to wanted: Int) {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0, Int(clamping: limit.rlim_cur) < wanted else { return }
    limit.rlim_cur = min(rlim_t(wanted), limit.rlim_max)
    setrlimit(resource, &limit)
  }
}
