internal import CLinux
internal import Glibc

/// Access control lists of files (acl(5)).
package enum AccessList {
  private static let attribute = "system.posix_acl_access"

  /// True if the file has an access list in addition to its mode. The mode's group bits are then the list's mask: a
  /// right that is missing there is denied to every user that the list names.
  package static func exists(on path: String) -> Bool { getxattr(path, attribute, nil, 0) > 0 }
}
