package import Health

/// A commit of the repository.
package struct Commit: Hashable, Sendable {
  /// A person or a program, by the name and the address in the commit.
  package struct Author: Hashable, Sendable {
    package let name: String
    package let email: String

    package init(name: String, email: String) {
      self.name = name
      self.email = email
    }
  }

  package let id: CommitID
  /// The first line of its message.
  package let subject: String
  package let author: Author?
  package let committedAt: Timestamp?
  /// The files that it changes; nil if they are not known or not all of them are.
  package let files: [String]?

  package init(
    id: CommitID, subject: String = "", author: Author? = nil, committedAt: Timestamp? = nil,
    files: [String]? = nil
  ) {
    self.id = id
    self.subject = subject
    self.author = author
    self.committedAt = committedAt
    self.files = files
  }
}
