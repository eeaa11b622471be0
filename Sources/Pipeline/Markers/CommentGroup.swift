/// Comments on lines of their own that belong to the same node, with the line breaks between them.
struct CommentGroup: Hashable {
  private(set) var comments: [Comment] = []
  /// Their texts, one per line, and an empty line for blank ones.
  private(set) var text = ""

  var isEmpty: Bool { comments.isEmpty }

  mutating func append(_ comment: Comment) {
    if !isEmpty { text += "\n" }
    comments.append(comment)
    text += comment.text
  }

  mutating func append(_ other: CommentGroup) {
    guard !other.isEmpty else { return }
    if !isEmpty { text += "\n" }
    comments += other.comments
    text += other.text
  }

  /// Blank lines follow.
  mutating func breakLine() {
    if !isEmpty { text += "\n" }
  }
}
