internal import YAML

typealias YAMLNode = YAML.Node

/// A YAML text as a tree whose nodes know their line and column.
struct YAMLDocument {
  /// Nil: nothing but white space and comments.
  let root: YAMLNode?

  /// Parses one document without anchors and aliases: a few lines of them can stand for billions of nodes,
  /// and a configuration has no use for them.
  init(_ text: String, file: String) throws(ConfigurationErrors) {
    var limits = Document.Limits()
    limits.references = false
    do throws(YAMLError) {
      root = try Document(text, limits: limits).root
    } catch {
      throw ConfigurationErrors([YAMLDocument.describe(error, file: file)])
    }
  }

  private static func describe(_ error: YAMLError, file: String) -> ConfigurationError {
    let message =
      switch error {
      case .duplicateKeys(let keys, _):
        "'\(keys.joined(separator: "', '").cut(to: 128).escaped)' is given more than once"
      // What is no name after & or * comes from the scanner: `*.example.org`.
      case .reference, .syntax("while scanning an alias", _, _), .syntax("while scanning an anchor", _, _):
        "anchors (&name) and aliases (*name) are not supported: write the value out, or put it in quotes "
          + "where it begins with & or *"
      default: "not valid YAML: \(error.problem)"
      }
    return ConfigurationError(
      file: file, line: error.mark?.line ?? 1, column: error.mark?.column ?? 1, message: message)
  }
}
