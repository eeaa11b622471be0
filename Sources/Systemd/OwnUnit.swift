internal import CLibSystemd
internal import Glibc

/// The unit that this process is a service of (sd_pid_get_unit(3)).
package enum OwnUnit: Hashable, Sendable {
  case system(String)
  /// Of a user's own manager.
  case user(String)

  /// nil where no manager started it.
  package static func current() -> OwnUnit? {
    if let name = name({ sd_pid_get_user_unit(0, $0) }) { return .user(name) }
    return name { sd_pid_get_unit(0, $0) }.map { .system($0) }
  }

  private static func name(_ ask: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard ask(&text) >= 0, let text else { return nil }
    defer { free(text) }
    return String(cString: text)
  }
}
