/// Reads the files of a repository at one commit.
package protocol RepositoryReader {
  /// All files and folders at the commit.
  func tree(at commit: CommitID) throws(SourceFailure) -> RepositoryTree

  /// The bytes of a file at the commit.
  ///
  /// - Parameter path: from the root of the repository, without a leading slash.
  func contents(of path: String, at commit: CommitID) throws(SourceFailure) -> [UInt8]

  /// The path in a symbolic link.
  ///
  /// - Parameter object: the name of its blob.
  func target(ofLink object: String) throws(SourceFailure) -> String
}

/// The files and folders of a repository at one commit.
package struct RepositoryTree: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
      case file, folder, symbolicLink, submodule
    }

    package let path: String
    package let kind: Kind
    /// The name of its blob, which is the same for the same content; nil if it is not known.
    package let object: String?
    /// In bytes; nil if it is not a file.
    package let size: Int64?

    package init(path: String, kind: Kind, object: String? = nil, size: Int64? = nil) {
      self.path = path
      self.kind = kind
      self.object = object
      self.size = size
    }
  }

  package let entries: [Entry]
  /// True if the repository has more than the answer lists.
  package let isTruncated: Bool

  package init(entries: [Entry], isTruncated: Bool = false) {
    self.entries = entries
    self.isTruncated = isTruncated
  }
}
