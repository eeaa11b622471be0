/// A token of YAML text with its place (YAML 1.1, chapter 4). Comments are not tokens: they are in the gaps between
/// them.
package struct Token: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// `---`, `...` or a directive.
    case documentMark
    /// The beginning of a block collection; it has no characters of its own.
    case blockSequenceStart, blockMappingStart
    /// The end of a block collection; it has no characters of its own.
    case blockEnd
    case flowStart, flowEnd
    /// `-` before an element.
    case blockEntry
    /// `,`
    case flowEntry
    /// The next node is a key. It has a character, `?`, only if that is written.
    case key
    /// `:`
    case value
    /// An anchor or a tag.
    case property
    case alias
    case scalar(String, style: Node.Scalar.Style)
  }

  package let kind: Kind
  package let start: Mark
  /// The position behind the last character.
  package let end: Mark

  package init(kind: Kind, start: Mark, end: Mark) {
    self.kind = kind
    self.start = start
    self.end = end
  }
}
