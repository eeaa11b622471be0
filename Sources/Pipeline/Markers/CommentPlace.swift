/// The part of a document to which a comment belongs.
enum CommentPlace: Hashable {
  /// A scalar value, by its index in `CommentedText.scalars`.
  case value(Int)
  /// The key on its line, whose value is on a later line.
  case key
  /// The key on its line, which has no value.
  case emptyValue
  /// The key or the map on the line below.
  case aboveKey
  /// A flow map or flow list, from its opening or closing bracket.
  case flow
  case alias
  /// A list as a whole.
  case list
  /// A comment after the last entry of a block: it belongs to no following node.
  case foot
}
