internal import GuardAPI
internal import YAML

// The effective configuration as JSON, for programs.
extension Configuration {
  /// The same keys and values as in `yaml`, without its comments. Numbers and booleans have their types; all other
  /// values, such as durations, are strings.
  package var json: String {
    // The text is this program's own, so it parses; an empty object is never printed.
    ((try? Document(yaml))?.root).map { $0.json + "\n" } ?? "{}\n"
  }
}

extension YAMLNode {
  fileprivate var json: String {
    switch self {
    case .scalar(let scalar):
      if scalar.isNull { return "null" }
      if let number = scalar.int { return "\(number)" }
      if scalar.isPlain, ["true", "false"].contains(scalar.string) { return scalar.string }
      return scalar.string.jsonQuoted
    case .sequence(let sequence): return "[\(sequence.map(\.json).joined(separator: ","))]"
    case .mapping(let mapping):
      let pairs = mapping.map { "\(($0.key.scalar?.string ?? "").jsonQuoted):\($0.value.json)" }
      return "{\(pairs.joined(separator: ","))}"
    }
  }
}
