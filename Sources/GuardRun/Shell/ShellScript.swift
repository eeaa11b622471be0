/// A script of a POSIX shell, bash or zsh, reduced to the commands that it can run.
///
/// Conditions and loops are not evaluated: their commands are listed in the order in which they are written.
struct ShellScript {
  /// The commands of each pipeline.
  var pipelines: [[ShellCommand]] = []
  /// True for `( … )`: it keeps its working folder and its variables to itself.
  var isSubshell = false
}

/// A command of a script with its redirections.
struct ShellCommand {
  enum Content {
    case simple([ShellAssignment], [ShellWord])
    /// A subshell, a group, or the parts of `if`, `while` and `case`.
    case group(ShellScript)
    /// `for variable in values`, also `select`.
    case loop(variable: String, values: [ShellWord], body: ShellScript)
    case function(name: String, body: ShellScript)
  }

  var content: Content
  var redirections: [ShellRedirection] = []
}

struct ShellAssignment {
  let name: String
  /// Several for an array.
  let values: [ShellWord]
  /// True for `name=(…)` and for an element, `name[i]=value`.
  var isArray = false
  /// True for `name+=value`, and for an element: the value is added to those that the name has.
  var appends = false
}

struct ShellRedirection {
  enum Target {
    case reads(ShellWord)
    case writes(ShellWord)
    /// A here-string.
    case text(ShellWord)
    case document(ShellDocument)
    /// `<name>` in an example, which a shell reads as two redirections.
    case placeholder(String)
  }

  let target: Target
}

/// The body of a here-document. It is a reference, because the body follows on a later line than its operator.
final class ShellDocument {
  let delimiter: String
  /// A quoted delimiter prevents expansions (POSIX.1-2017, XCU 2.7.4).
  let isLiteral: Bool
  let stripsTabs: Bool
  var body = ShellWord()

  init(delimiter: String, isLiteral: Bool, stripsTabs: Bool) {
    self.delimiter = delimiter
    self.isLiteral = isLiteral
    self.stripsTabs = stripsTabs
  }
}

/// A word before its expansion.
struct ShellWord {
  indirect enum Part {
    case text(String, isQuoted: Bool)
    /// `$name`. The words of `${name:-word}` and `${name:+word}` are further values.
    case variable(String, others: [ShellWord], isQuoted: Bool)
    /// `${name[i]}`: any element, because the subscript is not evaluated.
    case element(String, isQuoted: Bool)
    /// `${name[@]:1}`: the elements from any place on.
    case slice(String, isQuoted: Bool)
    /// `$(…)` and backquotes.
    case output(ShellScript, isQuoted: Bool)
    /// `<(…)` and `>(…)`.
    case process(ShellScript)
    /// The result of an arithmetic expression and similar; the scripts are the substitutions within.
    case computed([ShellScript])
  }

  var parts: [Part] = []

  /// The text if nothing is quoted or expanded: only such a word can be a reserved word.
  var plain: String? {
    var text = ""
    for part in parts {
      guard case .text(let piece, isQuoted: false) = part else { return nil }
      text += piece
    }
    return text
  }

  /// The text if nothing is expanded.
  var literal: String? {
    var text = ""
    for part in parts {
      guard case .text(let piece, _) = part else { return nil }
      text += piece
    }
    return text
  }

  var isQuoted: Bool {
    parts.contains {
      switch $0 {
      case .text(_, let isQuoted), .variable(_, _, let isQuoted), .element(_, let isQuoted),
        .slice(_, let isQuoted), .output(_, let isQuoted):
        isQuoted
      case .process, .computed: false
      }
    }
  }
}

/// The reason why a text is not a script.
struct ShellSyntaxError: Error, Hashable {
  enum Kind {
    case unterminated, unexpected, tooDeep
  }

  let kind: Kind
}
