/// One sample of the metrics, for example `oceanid_tunnel_up{cluster="tethys"} 1`.
package struct MetricSample: Hashable {
  package let name: String
  package let labels: [String: String]
  package let value: Double

  /// Parses https://prometheus.io/docs/instrumenting/exposition_formats; nil for comments and invalid lines.
  package init?(_ line: Substring) {
    guard !line.hasPrefix("#") else { return nil }
    name = String(line.prefix { $0 != "{" && $0 != " " })
    var rest = line.dropFirst(name.count)
    var labels: [String: String] = [:]
    if rest.first == "{" {
      rest.removeFirst()
      while let end = rest.first, end != "}" {
        guard let label = MetricSample.label(&rest) else { return nil }
        labels[label.name] = label.value
        if rest.first == "," { rest.removeFirst() }
      }
      rest = rest.dropFirst()
    }
    guard let value = Double(rest.drop { $0 == " " }), !name.isEmpty else { return nil }
    self.labels = labels
    self.value = value
  }

  private static func label(_ rest: inout Substring) -> (name: String, value: String)? {
    let name = rest.prefix { $0 != "=" }
    rest = rest.dropFirst(name.count)
    guard rest.hasPrefix("=\"") else { return nil }
    rest = rest.dropFirst(2)
    var value = ""
    while let character = rest.popFirst(), character != "\"" {
      guard character == "\\" else {
        value.append(character)
        continue
      }
      guard let escaped = rest.popFirst() else { return nil }
      value.append(escaped == "n" ? "\n" : escaped)
    }
    return (String(name), value)
  }

  package var json: JSONValue {
    .object([
      "name": .string(name), "labels": .object(labels.mapValues(JSONValue.string)),
      "value": Int64(exactly: value).map(JSONValue.integer) ?? .number(value),
    ])
  }
}
