internal import Glibc

/// The reason why the journal cannot be read.
package enum JournalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// libsystemd could not be loaded.
  case library(String)
  /// Journal files exist, but this user may not read the relevant ones.
  case denied
  /// This machine has no journal files.
  case absent
  /// A call failed with this errno value.
  case call(String, Int32)

  package var description: String {
    switch self {
    case .library(let why): "the journal can't be read without libsystemd (apt install libsystemd0): \(why)"
    case .denied:
      """
      no permission to read the journal; add yourself to its group: sudo usermod -aG systemd-journal $USER, then log \
      in again
      """
    case .absent: "there is no journal in /run/log/journal or /var/log/journal"
    case .call(let name, let code): "\(name): \(String(cString: strerror(code)))"
    }
  }
}
