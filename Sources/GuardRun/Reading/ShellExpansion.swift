/// Expands words (POSIX.1-2017, XCU 2.6) as far as a script itself determines them. The rest is `Character.computed`.
struct ShellExpansion {
  /// Limits the combinations of a command's words.
  private static let maxAlternatives = 32
  private static let maxFields = 4096

  private static let kubeconfig = "~/.kube/config"

  let names: ShellNames
  /// The known output of a script; nil if it is computed.
  let output: (ShellScript) -> String?
  var depth = 0

  /// A part of a word. Its separators end a field.
  private struct Piece {
    let text: String
    var splits = Splits.never

    enum Splits {
      case never
      /// At the arguments of the script.
      case arguments
      case blanks
    }
  }

  /// Separates the arguments in the value of `$@`.
  static let separator: Character = "\u{1}"

  /// The possible fields of the words.
  func commands(_ words: [ShellWord]) -> [[String]] {
    var commands: [[String]] = [[]]
    for word in words {
      let fields = alternatives(word)
      // In place, because a long command would be copied for each of its words.
      if let only = fields.first, fields.count == 1 {
        for index in commands.indices { commands[index] += only }
        continue
      }
      guard commands.count * fields.count <= ShellExpansion.maxAlternatives else {
        for index in commands.indices { commands[index].append(String(Character.computed)) }
        continue
      }
      commands = commands.flatMap { command in fields.map { command + $0 } }
    }
    return commands.map { Array($0.prefix(ShellExpansion.maxFields)) }
  }

  /// The possible values of a word that is not split into fields.
  func texts(_ word: ShellWord) -> [String] {
    pieces(word).map { pieces in pieces.map { $0.text.replacing("\u{1}", with: " ") }.joined() }
  }

  private func alternatives(_ word: ShellWord) -> [[String]] {
    if let text = word.plain, text.utf8.contains(UInt8(ascii: "{")) {
      return [Braces.expanded(text)]
    }
    let isQuoted = word.isQuoted
    return pieces(word).map { fields($0, isQuoted: isQuoted) }
  }

  private func fields(_ pieces: [Piece], isQuoted: Bool) -> [String] {
    var fields: [String] = []
    var field: String?
    for piece in pieces {
      guard piece.splits != .never, piece.text.contains(where: { isSeparator($0, piece.splits) }) else {
        if !piece.text.isEmpty { field = (field ?? "") + piece.text }
        continue
      }
      for character in piece.text {
        if isSeparator(character, piece.splits) {
          if let field { fields.append(field) }
          field = nil
        } else {
          field = (field ?? "") + String(character)
        }
      }
    }
    if let field { fields.append(field) } else if isQuoted, fields.isEmpty { fields.append("") }
    return fields
  }

  private func isSeparator(_ character: Character, _ splits: Piece.Splits) -> Bool {
    switch splits {
    case .never: false
    case .arguments: character == ShellExpansion.separator
    case .blanks:
      character == ShellExpansion.separator || character.isWhitespace
        || names.values["IFS"] != nil && ",:;|+_@%".contains(character)
    }
  }

  private func pieces(_ word: ShellWord) -> [[Piece]] {
    var result: [[Piece]] = [[]]
    for part in word.parts {
      let values = pieces(part)
      if let only = values.first, values.count == 1 {
        for index in result.indices { result[index].append(only) }
        continue
      }
      guard result.count * values.count <= ShellExpansion.maxAlternatives else {
        for index in result.indices { result[index].append(Piece(text: String(Character.computed))) }
        continue
      }
      result = result.flatMap { pieces in values.map { pieces + [$0] } }
    }
    return result
  }

  private func pieces(_ part: ShellWord.Part) -> [Piece] {
    switch part {
    case .text(let text, _): return [Piece(text: text)]
    case .variable(let name, let others, let isQuoted):
      let texts = values(name, others)
      // "$*" is one word with blanks.
      if name == "*", isQuoted { return texts.map { Piece(text: $0.replacing("\u{1}", with: " ")) } }
      let splits: Piece.Splits = isQuoted ? .arguments : .blanks
      return texts.map { Piece(text: $0, splits: splits) }
    case .element(let name, let isQuoted):
      let elements = lists(name).flatMap(\.self)
      return elements.prefix(ShellExpansion.maxAlternatives).map {
        Piece(text: String($0), splits: isQuoted ? .never : .blanks)
      }
    case .slice(let name, let isQuoted):
      let slices = lists(name).flatMap { list in list.indices.map { list[$0...] } }
      return slices.prefix(ShellExpansion.maxAlternatives).map {
        Piece(
          text: $0.joined(separator: String(ShellExpansion.separator)),
          splits: isQuoted ? .arguments : .blanks)
      }
    case .output(let script, let isQuoted):
      guard let text = output(script) else { return [Piece(text: String(Character.computed))] }
      return [Piece(text: text, splits: isQuoted ? .never : .blanks)]
    case .process, .computed: return [Piece(text: String(Character.computed))]
    }
  }

  /// The elements of each value of an array; an empty array counts as one empty element.
  private func lists(_ name: String) -> [[Substring]] {
    values(name, []).map { $0.split(separator: ShellExpansion.separator, omittingEmptySubsequences: false) }
  }

  private func values(_ name: String, _ others: [ShellWord]) -> [String] {
    guard depth < 4 else { return [String(Character.computed)] }
    var inner = self
    inner.depth += 1
    var texts = others.flatMap { inner.texts($0) }
    if name == "@" || name == "*" {
      let isKnown = names.arguments != nil || names.values["@"] != nil
      if let arguments = names.arguments { texts.append(arguments.joined(separator: "\u{1}")) }
      texts += (names.values["@"] ?? []).flatMap { inner.pieces($0).map { $0.map(\.text).joined() } }
      if !isKnown { texts.append(String(Character.computed)) }
    } else if let number = Int(name) {
      let arguments = names.arguments ?? []
      texts.append(
        number > 0 && number <= arguments.count ? arguments[number - 1] : String(Character.computed))
    } else if names.values[name] != nil || names.loops[name] != nil {
      texts += (names.values[name] ?? []).flatMap { inner.pieces($0).map { $0.map(\.text).joined() } }
      texts += (names.loops[name] ?? []).flatMap { inner.alternatives($0).joined() }
    } else if name == "IFS" {
      texts.append(" ")
    } else if name == "PWD" {
      texts.append(".")
    } else if name == "KUBECONFIG" {
      // The file has keys, whatever its name is.
      texts.append(ShellExpansion.kubeconfig)
    } else if !name.isEmpty {
      texts.append(String(Character.computed))
    }
    return Array(texts.prefix(8))
  }
}

/// The brace expansion of bash and zsh: `{get,delete}`.
enum Braces {
  static func expanded(_ text: String) -> [String] {
    var results = [text]
    for _ in 0..<6 {
      guard let place = results.firstIndex(where: { group(in: $0) != nil }),
        let group = group(in: results[place]),
        results.count + group.words.count <= 64
      else { break }
      results.replaceSubrange(place...place, with: group.words.map { group.before + $0 + group.after })
    }
    return results
  }

  /// The first innermost group with a comma.
  private static func group(in text: String) -> (before: String, words: [String], after: String)? {
    guard text.utf8.count <= 4096 else { return nil }
    var start: String.Index?
    for index in text.indices {
      switch text[index] {
      case "{": start = index
      case "}":
        guard let open = start, text[open..<index].contains(",") else { continue }
        let words = text[text.index(after: open)..<index].split(
          separator: ",", omittingEmptySubsequences: false)
        return (String(text[..<open]), words.map(String.init), String(text[text.index(after: index)...]))
      default: continue
      }
    }
    return nil
  }
}
