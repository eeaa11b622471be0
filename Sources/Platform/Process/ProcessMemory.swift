internal import CLinux

/// Protects the memory of this process from other processes.
package enum ProcessMemory {
  /// Denies reads by other users' processes and core dumps (PR_SET_DUMPABLE(2const)), because memory contains keys
  /// and tokens.
  package static func hide() { _ = oceanid_forbid_dumps() }
}
