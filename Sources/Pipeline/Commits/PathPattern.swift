/// A pattern of file names, as in `on.push.paths` of a workflow of GitHub Actions: `cloud/**`, `*.yaml`,
/// `!cloud/docs/**`. Source: "Filter pattern cheat sheet" in GitHub's documentation of workflow syntax.
package struct PathPattern: Hashable, Sendable, CustomStringConvertible {
  /// The pattern as written.
  package let description: String
  /// True for a pattern that begins with `!`: it excludes files that earlier patterns match.
  package let isExclusion: Bool
  private let parts: [Part]

  /// The reason why a text is not a pattern, as the end of a sentence.
  package struct Mistake: Error, Hashable, Sendable {
    package let reason: String
  }

  /// Longer patterns are refused: matching takes time in proportion to the length.
  private static var longest: Int { 512 }

  package init(_ text: String) throws(Mistake) {
    guard text.utf8.count <= PathPattern.longest else {
      throw Mistake(reason: "at most \(PathPattern.longest) bytes are supported")
    }
    isExclusion = text.hasPrefix("!")
    let body = isExclusion ? text.dropFirst() : text[...]
    guard !body.isEmpty else { throw Mistake(reason: "a pattern such as cloud/** is expected") }
    guard !body.hasPrefix("/"), !body.hasPrefix("./") else {
      throw Mistake(reason: "paths begin at the root of the repository, without a slash: cloud/**")
    }
    guard !body.hasSuffix("/") else {
      throw Mistake(reason: "a folder alone matches no file: write \(body)**")
    }
    description = text
    parts = try Part.parse(Array(body.unicodeScalars))
  }

  /// All files in a folder; nil if its name is too long.
  init?(folder: String) {
    guard folder.utf8.count <= PathPattern.longest else { return nil }
    description = "\(folder)/**"
    isExclusion = false
    parts =
      (folder + "/").unicodeScalars.map { Part(characters: .one($0)) }
      + [Part(characters: .all, isOptional: true, repeats: true)]
  }

  /// True if the pattern, without its `!`, matches the whole path.
  package func matches(_ path: String) -> Bool {
    // The positions in the pattern that are reachable after each character of the path.
    var states = closure([0])
    for scalar in path.unicodeScalars {
      // A repeating part that has matched must not be skipped again together with the slash after it (`**/`).
      var repeating: Set<Int> = []
      var next: Set<Int> = []
      for state in states where state < parts.count && parts[state].accepts(scalar) {
        if parts[state].repeats { repeating.insert(state) }
        next.insert(state + 1)
      }
      states = closure(next).union(repeating)
      if states.isEmpty { return false }
    }
    return states.contains(parts.count)
  }

  /// Adds the positions that are reachable without a character.
  private func closure(_ states: Set<Int>) -> Set<Int> {
    var all = states
    for state in states {
      var position = state
      while position < parts.count, parts[position].isOptional {
        position += parts[position].skips
        all.insert(position)
      }
    }
    return all
  }
}

/// A character of the pattern with its quantifier.
private struct Part: Hashable, Sendable {
  enum Characters: Hashable, Sendable {
    case one(Unicode.Scalar)
    case ranges([ClosedRange<Unicode.Scalar>])
    case allButSlash
    case all
  }

  var characters: Characters
  /// It may match no character.
  var isOptional = false
  /// It may match several characters.
  var repeats = false
  /// The parts that are left out if this one matches no character.
  var skips = 1

  func accepts(_ scalar: Unicode.Scalar) -> Bool {
    switch characters {
    case .one(let one): one == scalar
    case .ranges(let ranges): ranges.contains { $0.contains(scalar) }
    case .allButSlash: scalar != "/"
    case .all: true
    }
  }

  static func parse(_ text: [Unicode.Scalar]) throws(PathPattern.Mistake) -> [Part] {
    var parts: [Part] = []
    var rest = text[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*":
        guard rest.first == "*" else {
          parts.append(Part(characters: .allButSlash, isOptional: true, repeats: true))
          continue
        }
        rest = rest.drop { $0 == "*" }
        let isWholeName = parts.last.map { $0.characters == .one("/") } ?? true
        if isWholeName, rest.first == "/" {
          // `**/` also matches no folder at all.
          rest.removeFirst()
          parts.append(Part(characters: .all, isOptional: true, repeats: true, skips: 2))
          parts.append(Part(characters: .one("/")))
        } else {
          parts.append(Part(characters: .all, isOptional: true, repeats: true))
        }
      case "?":
        try quantify(&parts) { $0.isOptional = true }
      case "+":
        try quantify(&parts) { $0.repeats = true }
      case "[":
        parts.append(Part(characters: .ranges(try ranges(&rest))))
      case "\\":
        guard let escaped = rest.popFirst() else {
          throw PathPattern.Mistake(reason: "a character is missing after the backslash")
        }
        parts.append(Part(characters: .one(escaped)))
      default:
        parts.append(Part(characters: .one(scalar)))
      }
    }
    return parts
  }

  private static func quantify(
    _ parts: inout [Part], _ change: (inout Part) -> Void
  ) throws(PathPattern.Mistake) {
    guard var last = parts.popLast(), !(last.isOptional && last.repeats) else {
      throw PathPattern.Mistake(reason: "'?' and '+' apply to the character before them, and there is none")
    }
    change(&last)
    parts.append(last)
  }

  private static func ranges(
    _ rest: inout ArraySlice<Unicode.Scalar>
  ) throws(PathPattern.Mistake) -> [ClosedRange<Unicode.Scalar>] {
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while let scalar = rest.popFirst() {
      if scalar == "]", !ranges.isEmpty { return ranges }
      guard rest.first == "-", let upper = rest.dropFirst().first, upper != "]" else {
        ranges.append(scalar...scalar)
        continue
      }
      guard scalar <= upper else {
        throw PathPattern.Mistake(reason: "the range \(scalar)-\(upper) is empty")
      }
      ranges.append(scalar...upper)
      rest = rest.dropFirst(2)
    }
    throw PathPattern.Mistake(reason: "'[' has no ']'")
  }
}
