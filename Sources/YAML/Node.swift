/// A part of a document with its position. An alias becomes a copy of its node, with that node's mark.
package enum Node: Sendable {
  case scalar(Scalar)
  case sequence(Sequence)
  case mapping(Mapping)

  /// A text and its style.
  package struct Scalar: Sendable {
    package enum Style: Sendable {
      case plain, singleQuoted, doubleQuoted, literal, folded
    }

    package let string: String
    package let style: Style
    /// An explicit tag in its long form: `tag:yaml.org,2002:str` for `!!str`.
    package let tag: String?
    package let mark: Mark
  }

  package struct Sequence: Sendable {
    package let elements: [Node]
    package let mark: Mark
  }

  /// Pairs in the order of the text. Keys are unique; a merge key (`<<`) is an ordinary key.
  package struct Mapping: Sendable {
    package let pairs: [(key: Node, value: Node)]
    package let mark: Mark
  }
}

extension Node {
  package var mark: Mark {
    switch self {
    case .scalar(let scalar): scalar.mark
    case .sequence(let sequence): sequence.mark
    case .mapping(let mapping): mapping.mark
    }
  }

  package var scalar: Scalar? {
    guard case .scalar(let scalar) = self else { return nil }
    return scalar
  }

  package var sequence: Sequence? {
    guard case .sequence(let sequence) = self else { return nil }
    return sequence
  }

  package var mapping: Mapping? {
    guard case .mapping(let mapping) = self else { return nil }
    return mapping
  }

  package var isNull: Bool { scalar?.isNull ?? false }
  package var bool: Bool? { scalar?.bool }
}

extension Node.Sequence: RandomAccessCollection {
  package var startIndex: Int { elements.startIndex }
  package var endIndex: Int { elements.endIndex }
  package subscript(index: Int) -> Node { elements[index] }
}

extension Node.Mapping: RandomAccessCollection {
  package var startIndex: Int { pairs.startIndex }
  package var endIndex: Int { pairs.endIndex }
  package subscript(index: Int) -> (key: Node, value: Node) { pairs[index] }

  /// The value of the key with this text.
  package subscript(key: String) -> Node? {
    pairs.first { $0.key.scalar?.string == key }?.value
  }
}

// Converts plain scalars to the YAML 1.1 types null, bool and int (yaml.org/type). Quoted scalars are always strings.
extension Node.Scalar {
  /// True if the scalar has no quotes and no tag, so that its text determines its type.
  package var isPlain: Bool { style == .plain && tag == nil }

  package var isNull: Bool { coreTag == .null || isPlain && Self.nulls.contains(string) }

  /// True if a tag says that the text is a string, whatever it looks like.
  package var isTaggedString: Bool { coreTag == .str }

  /// The boolean value; `yes` and `on` are true as well. nil if the text is not a boolean.
  package var bool: Bool? {
    guard isPlain || coreTag == .bool else { return nil }
    switch string.lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: return nil
    }
  }

  /// True if the text is a string to a parser that gives plain scalars the types of YAML 1.1, as kubectl does.
  package var isString: Bool {
    guard isPlain else { return coreTag == nil || isTaggedString }
    let isNumber =
      string.first.map { $0.isASCII && ($0.isNumber || "+-.".contains($0)) } ?? false
      && Double(string.filter { $0 != "_" }) != nil
    return !isNull && bool == nil && !isNumber
  }

  /// A decimal integer.
  package var int: Int? {
    guard isPlain || coreTag == .int else { return nil }
    return Int(string)
  }
}
