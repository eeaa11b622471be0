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
    // The names of the values: {{range $k, $v := .data}}{{$k}}{{end}}.
    if let names = text.wholeMatch(
      of: /\{\{-?\s*range\s*\$(\w+),\s*\$(\w+)\s*:=\s*\.data\s*-?\}\}(.*)\{\{-?\s*end\s*-?\}\}\s*/)
    {
      let body = names.output.3.replacing("{{$\(names.output.1)}}", with: "").replacing(
        "{{\"\\n\"}}", with: "")
      return names.output.1 != names.output.2 && !body.contains("{")
    }
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

  /// True for a jq filter whose last stage only has names, types, times, labels and lengths, whatever it gets.
  static func isHarmlessFilter(_ filter: String) -> Bool {
    // Braces and variables could give a value another name.
    let stages = filter.split(separator: "|").map { $0.filter { !$0.isWhitespace } }
    guard let last = stages.last, !filter.contains("$"), !filter.contains("@"),
      stages.dropLast().allSatisfy({ !$0.contains("{") && !$0.contains(":") })
    else { return false }
    if last.wholeMatch(of: /(keys|keys_unsorted|length|map_values\(length\))(\[\])?/) != nil { return true }
    let texts = last.matches(of: /\\\(([^()]*)\)/).map(\.output.1)
    let isText = last.hasPrefix("\"") && last.hasSuffix("\"") && !texts.isEmpty
    let isMapped = last.wholeMatch(of: /map\((\.[^()]*)\)/)?.output.1
    let fields = isText ? texts : (isMapped ?? last[...]).split(separator: ",")
    return !fields.isEmpty
      && fields.allSatisfy { isHarmless($0.replacing("[]", with: "[*]")[...], hasItems: false) }
  }

  /// Words of the template languages.
  private static let words: Set<String> = ["range", "end", "if", "else", "eq", "ne", "and", "or", "not"]

  /// - Parameter hasItems: false if the list itself is shown, and not only walked through.
  private static func isHarmless(_ path: Substring, hasItems: Bool = true) -> Bool {
    if !hasItems, path.wholeMatch(of: /\.items(\[\*?\d*\])?/) != nil { return false }
    return path.wholeMatch(
      of:
        /\.items(\[\*?\d*\])?|(\.items\[\*?\d*\])?\.(type|kind|apiVersion|immutable)|(\.items\[\*?\d*\])?\.metadata\.(name|namespace|uid|creationTimestamp|deletionTimestamp|resourceVersion|generation|generateName|labels(\.[\w.\\\/-]+)?|ownerReferences(\[\*?\d*\])?(\.\w+)?|finalizers)|(\.items\[\*?\d*\])?\.data\.(tls|ca)\\\.crt/
    ) != nil
  }
}
