/// The owner and the mode of a file or a folder.
package struct FileStatus: Hashable, Sendable {
  let owner: UInt32
  /// The name of the owner, or `uid 4242` if the user database does not have it.
  let ownerName: String
  /// The permission bits.
  let mode: UInt32
  let isFolder: Bool
}

/// A right of the user of a `SetupSystem`.
package enum FileRight: Hashable, Sendable {
  /// To read a file.
  case read
  /// To reach the entries of a folder.
  case search
}
