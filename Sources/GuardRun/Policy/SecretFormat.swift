/// The output formats of `kubectl get` that show no value of a Secret.
///
/// A format passes only if all its fields are known to be free of values: an annotation may hold the whole object.
enum SecretFormat {
  static func showsValues(_ format: String) -> Bool {
    guard let mark = format.firstIndex(of: "=") else {
      // The template of these formats is in another option.
      return !["wide", "name", "go-template", "template", "jsonpath"].contains(format)
        && !isTemplate(format)
    }
    return !isTemplate(String(format[format.index(after: mark)...]), format[..<mark])
  }

  /// True if the text is a template with harmless fields only.
  private static func isTemplate(_ text: String, _ kind: Substring = "") -> Bool {
    if kind == "custom-columns" {
      let paths = text.split(separator: ",").map { $0.drop { $0 != ":" }.dropFirst() }
      return !paths.isEmpty && paths.allSatisfy { isHarmless($0.hasPrefix(".") ? $0 : "." + $0) }
    }
    guard ["", "jsonpath", "jsonpath-as-json", "go-template", "template"].contains(kind) else { return false }
    let expressions = text.matches(of: /\{+([^{}]*)\}+/).map { $0.output.1 }
    // A path of jsonpath may stand without braces.
    let fields = (expressions.isEmpty ? [text[...]] : expressions).flatMap { expression in
      expression.replacing(/"[^"]*"/, with: " ").split { $0.isWhitespace || "|()".contains($0) }.map(
        String.init)
    }
    var hasPath = false
    for field in fields where !words.contains(field) {
      guard isHarmless(field[...]) else { return false }
      hasPath = true
    }
    return hasPath
  }

  /// Words of the template languages.
  private static let words: Set<String> = ["range", "end", "if", "else", "eq", "ne", "and", "or", "not"]

  private static func isHarmless(_ path: Substring) -> Bool {
    path.wholeMatch(
      of:
        /\.items(\[\*?\d*\])?|(\.items\[\*?\d*\])?\.(type|kind|apiVersion|immutable)|(\.items\[\*?\d*\])?\.metadata\.(name|namespace|uid|creationTimestamp|deletionTimestamp|resourceVersion|generation|generateName|labels(\.[\w.\\\/-]+)?|ownerReferences(\[\*?\d*\])?(\.\w+)?|finalizers)/
    ) != nil
  }
}
