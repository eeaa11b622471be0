internal import YAML

typealias YAMLNode = YAML.Node

/// A YAML text as a tree whose nodes know their line and column.
struct YAMLDocument {
  /// Nil: nothing but white space and comments.
  let root: YAMLNode?

  /// Parses one document without anchors and aliases: a few lines of them can stand for billions of nodes,
  /// and a configuration has no use for them.
  init(_ text: String, file: String) throws(ConfigurationErrors) {
    if let place = YAMLDocument.firstReference(in: text) {
      throw ConfigurationErrors([
        ConfigurationError(
          file: file, line: place.line, column: place.column,
          message: "anchors (&name) and aliases (*name) are not supported: write the value out, or put it "
            + "in quotes where it begins with & or *")
      ])
    }
    do throws(YAMLError) {
      root = try Document(text).root
    } catch {
      throw ConfigurationErrors([YAMLDocument.describe(error, file: file)])
    }
  }

  /// The first `&word` or `*word` that may be an anchor or an alias: after white space or an opening
  /// bracket, and not in a comment. It is looked for before the parser runs, which
  /// would put the node in its place.
  private static func firstReference(in text: String) -> (line: Int, column: Int)? {
    for (line, bytes) in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      var previous = UInt8(ascii: " ")
      var quotes = 0
      var isReference = false
      var place = 0
      for (index, byte) in bytes.enumerated() {
        if isReference {
          if !isBlank(byte) { return (line + 1, column(of: place, in: bytes)) }
          isReference = false
        }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
          quotes += 1
        case UInt8(ascii: "&"), UInt8(ascii: "*"):
          isReference = isBlank(previous) || "[{,:".utf8.contains(previous)
          place = index
        default:
          break
        }
        // Inside quotes a # begins no comment; an odd number of quotes so far may mean inside.
        if byte == UInt8(ascii: "#"), isBlank(previous), quotes.isMultiple(of: 2) { break }
        previous = byte
      }
    }
    return nil
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  /// Characters, not bytes, as the parser counts.
  private static func column(of offset: Int, in line: Substring.UTF8View) -> Int {
    line.prefix(offset).count { $0 & 0xC0 != 0x80 } + 1
  }

  private static func describe(_ error: YAMLError, file: String) -> ConfigurationError {
    let message =
      switch error {
      case .duplicateKeys(let keys, _):
        "'\(keys.joined(separator: "', '").cut(to: 128).escaped)' is given more than once"
      default: "not valid YAML: \(error.problem)"
      }
    return ConfigurationError(
      file: file, line: error.mark?.line ?? 1, column: error.mark?.column ?? 1, message: message)
  }
}
