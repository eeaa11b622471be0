/// The reason why a text is not a valid document.
package enum YAMLError: Error, Hashable, Sendable {
  /// A syntax error. `context` is the element that was being parsed, if known.
  case syntax(context: String?, problem: String, mark: Mark)
  /// Invalid characters: not UTF-8, or control characters.
  case characters(problem: String, mark: Mark)
  /// Repeated keys in one mapping, sorted. The mark is that of the first repetition.
  case duplicateKeys([String], mark: Mark)
  /// The document is larger or deeper, or has more nodes, than `Document.Limits` allow. The mark is nil if
  /// the whole text is too large.
  case limit(problem: String, mark: Mark?)
  /// An anchor or alias, although `Document.Limits` does not allow them.
  case reference(mark: Mark)
  /// An unknown tag, for which `name` is nil because it may be a value that begins with `!`; or a tag of the core schema
  /// whose value has another type.
  case tag(_ name: String?, mark: Mark)
  case outOfMemory

  /// The position; nil if it is not useful.
  package var mark: Mark? {
    switch self {
    case .syntax(_, _, let mark), .characters(_, let mark), .duplicateKeys(_, let mark), .reference(let mark),
      .tag(_, let mark):
      mark
    case .limit(_, let mark): mark
    case .outOfMemory: nil
    }
  }

  /// The problem without its position. It may contain keys of the text, never values.
  package var problem: String {
    switch self {
    case .syntax(let context, let problem, _): [context, problem].compactMap(\.self).joined(separator: ": ")
    case .characters(let problem, _): problem
    case .duplicateKeys(let keys, _): "'\(keys.joined(separator: "', '"))' is given more than once"
    case .limit(let problem, _): problem
    case .reference: "anchors and aliases are not supported"
    case .tag(nil, _):
      "unknown tag: remove it, or put the value in quotes if it begins with '!'"
    case .tag(let name?, _): "the value is not of type \(name): correct it, or remove the tag"
    case .outOfMemory: "out of memory"
    }
  }
}

extension YAMLError: CustomStringConvertible {
  package var description: String { mark.map { "\($0): \(problem)" } ?? problem }
}
