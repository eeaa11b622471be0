internal import CLinux

/// The memory of this process, as others see it.
package enum ProcessMemory {
  /// Lets nobody but root read it, and no core dump hold it (PR_SET_DUMPABLE(2const)): keys and tokens lie in it.
  package static func hide() { _ = oceanid_forbid_dumps() }
}
