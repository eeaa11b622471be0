/// Why a text is no document.
package enum YAMLError: Error, Hashable, Sendable {
  /// Against the grammar. `context` is what was being read, where that is known.
  case syntax(context: String?, problem: String, mark: Mark)
  /// Bytes that are no characters of YAML: not UTF-8, or control characters.
  case characters(problem: String, mark: Mark)
  /// The same key more than once in one mapping; sorted. The mark is that of the first that is too many.
  case duplicateKeys([String], mark: Mark)
  /// Larger, deeper or more of it than `Document.Limits` allow; nil where the whole text is meant.
  case limit(problem: String, mark: Mark?)
  /// An anchor or an alias where `Document.Limits` allow none.
  case reference(mark: Mark)
  case outOfMemory

  /// Where; nil where that says nothing.
  package var mark: Mark? {
    switch self {
    case .syntax(_, _, let mark), .characters(_, let mark), .duplicateKeys(_, let mark), .reference(let mark):
      mark
    case .limit(_, let mark): mark
    case .outOfMemory: nil
    }
  }

  /// What is wrong, without the place. Keys of the text may be in it, values never are.
  package var problem: String {
    switch self {
    case .syntax(let context, let problem, _): [context, problem].compactMap(\.self).joined(separator: ": ")
    case .characters(let problem, _): problem
    case .duplicateKeys(let keys, _): "'\(keys.joined(separator: "', '"))' is given more than once"
    case .limit(let problem, _): problem
    case .reference: "anchors and aliases are not supported"
    case .outOfMemory: "out of memory"
    }
  }
}

extension YAMLError: CustomStringConvertible {
  package var description: String { mark.map { "\($0): \(problem)" } ?? problem }
}
