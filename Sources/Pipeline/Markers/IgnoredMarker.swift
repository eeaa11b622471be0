/// Text of a marker in a place where Flux does not look for one.
package struct IgnoredMarker: Hashable, Sendable {
  /// The reason, as a clause after "it".
  package enum Reason: String, Sendable, CaseIterable {
    case onKey = "is on a key whose value begins on a later line"
    case onEmptyValue = "is on a key without a value"
    case aboveKey = "is on the line above its key"
    case onFlow = "is behind a flow map or list"
    case onAlias = "is on an alias"
    case onList = "is above a list, not above one of its elements"
    case onSeparator = "is on a line that divides documents"
    case below = "is below the value"
    case inText = "is part of a value's text"
    case withText = "has text before or after its JSON"
    case isTwice = "is one of two in a comment"
    case withQuotes = "is in single quotes"
    case isNotStrings = "is not one JSON object of strings"
    case withComments = "is not the only comment of its value"
    case isOverruled = "is above a value that has another comment behind it"
  }

  /// The text in the marker: `flux-system:app:tag`.
  package let text: String
  /// Starts at 1.
  package let line: Int
  package let reason: Reason
  /// The comment is a line of YAML that was turned into a comment, marker included.
  package let isCommentedOut: Bool

  package init(text: String, line: Int, reason: Reason, isCommentedOut: Bool = false) {
    self.text = text
    self.line = line
    self.reason = reason
    self.isCommentedOut = isCommentedOut
  }

  package var policy: PolicyName? { PolicyName(marker: text) }

  /// The texts in comments and values that may be meant as markers.
  static func texts(in comment: String) -> [String] {
    var found: [String] = []
    var rest = comment[...]
    while let at = rest.firstIndex(of: "$") {
      rest = rest[at...]
      guard rest.hasPrefix(Marker.key) else {
        rest = rest.dropFirst()
        continue
      }
      rest = rest.dropFirst(Marker.key.count).drop { "\"'`: \t\\".contains($0) }
      let text = rest.prefix { !"\"'`,}{ \t\\".contains($0) }
      if text.contains(":") { found.append(String(text)) }
    }
    return found
  }
}
