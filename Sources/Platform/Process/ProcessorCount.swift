internal import Glibc

package enum ProcessorCount {
  /// Number of processors that are online, at least 1.
  package static var online: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
