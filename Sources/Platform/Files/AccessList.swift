internal import CLinux
internal import Glibc

/// Access control lists of files (acl(5)).
package enum AccessList {
  private static let attribute = "system.posix_acl_access"

  /// Whether the file has a list beyond its mode. Its mode shows the list's mask as the group's bits then: without a bit
  /// there, no user whom the list names has that right.
  package static func exists(on path: String) -> Bool { getxattr(path, attribute, nil, 0) > 0 }
}
