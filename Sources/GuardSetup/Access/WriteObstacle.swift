internal import GuardTypes

/// The reason why no file can be written in a folder.
package struct WriteObstacle: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case readOnly, full, denied
    /// Something else is where the folder should be.
    case occupied
    /// The home folder does not exist.
    case homeMissing
  }

  let kind: Kind
  /// The innermost place that exists; for `homeMissing`, the home.
  let folder: String

  /// Less free space, in bytes, is a full file system: setup writes some small files.
  static let minFreeBytes: UInt64 = 64 << 10

  /// A predicate for the folder: `is on a read-only file system`.
  var words: String {
    switch kind {
    case .readOnly: "is on a read-only file system"
    case .full: "is on a full file system"
    case .denied: "is not writable for you"
    case .occupied: "is not a folder"
    case .homeMissing: "is your home folder and does not exist"
    }
  }

  /// The command that shows the cause.
  var command: String {
    switch kind {
    case .readOnly: "findmnt -T \(folder.shellWord)"
    case .full: "df -h --output=target,avail,iavail \(folder.shellWord)"
    case .denied, .occupied, .homeMissing: "namei -l \(folder.shellWord)"
    }
  }

  /// The user's next step.
  var remedy: String {
    switch kind {
    case .readOnly: "mount that file system writable"
    case .full: "free some space or inodes there"
    case .denied: "it must belong to you"
    case .occupied: "move it away, so that a folder can be there"
    case .homeMissing: "create the folder, or set HOME to the right one"
    }
  }
}
