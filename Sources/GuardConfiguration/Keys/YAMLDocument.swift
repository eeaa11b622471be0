internal import Health
internal import YAML

typealias YAMLNode = YAML.Node

/// A YAML text as a tree whose nodes know their line and column.
struct YAMLDocument {
  /// nil if the text has only white space and comments.
  let root: YAMLNode?
  /// Errors that did not prevent parsing.
  let mistakes: [ConfigurationError]

  /// True if there is no key at all: an empty file, only comments, `{}`, `null` or `---`.
  var isEmpty: Bool {
    guard let root else { return true }
    if case .mapping(let mapping) = root { return mapping.isEmpty }
    return root.isNull
  }

  /// True if the top level has this key.
  func has(_ key: String) -> Bool {
    guard case .mapping(let mapping)? = root else { return false }
    return mapping.contains { name, _ in
      if case .scalar(let scalar) = name { scalar.string == key } else { false }
    }
  }

  /// Parses one document. Anchors and aliases are refused: a few lines with them can expand to billions of
  /// nodes, and a configuration does not need them.
  init(_ text: String, file: String) throws(ConfigurationErrors) {
    var limits = Document.Limits()
    limits.allowsAliases = false
    limits.allowsDuplicateKeys = true
    do throws(YAMLError) {
      let document = try Document(text, limits: limits)
      root = document.root
      mistakes = document.repeated.prefix(100).map { key in
        ConfigurationError(
          file: file, line: key.mark.line, column: key.mark.column,
          message: "'\(key.string.limited(to: 128).escaped)' is given more than once")
      }
    } catch {
      throw ConfigurationErrors([YAMLDocument.describe(error, file: file)])
    }
  }

  private static func describe(_ error: YAMLError, file: String) -> ConfigurationError {
    let message =
      switch error {
      // The scanner reports & or * without a name after it: `*.example.org`.
      case .reference, .syntax("while scanning an alias", _, _), .syntax("while scanning an anchor", _, _):
        "anchors (&name) and aliases (*name) are not supported: write the value out, or put it in quotes "
          + "where it begins with & or *"
      case .tag: error.problem
      case .syntax, .characters, .duplicateKeys, .limit, .outOfMemory: "not valid YAML: \(error.problem)"
      }
    return ConfigurationError(
      file: file, line: error.mark?.line ?? 1, column: error.mark?.column ?? 1, message: message)
  }
}
