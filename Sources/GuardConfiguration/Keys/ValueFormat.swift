internal import GuardAPI
internal import Health
internal import YAML

/// A type of value in guard.yaml: how it is described, read, checked and printed.
struct ValueFormat<Value> {
  /// `a duration from 10ms to 1m`
  let description: String
  /// Returns nil if it reported an error.
  let read: (inout ConfigurationReader, YAMLNode, _ key: String) -> Value?
  let text: (Value) -> String
}

extension ValueFormat where Value == Duration {
  static func duration(_ range: ClosedRange<Duration>) -> ValueFormat {
    let bounds = "from \(range.lowerBound.configurationText) to \(range.upperBound.configurationText)"
    return ValueFormat(description: "a duration \(bounds)") { reader, node, key in
      guard case .scalar(let scalar) = node, let duration = Duration(configuration: scalar.string) else {
        reader.fail(
          node, "\(key): expected a duration such as 250ms, 5s, 10m or 1h, found \(reader.found(node))")
        return nil
      }
      guard range.contains(duration) else {
        reader.fail(node, "\(key): \(duration.configurationText) is out of range: expected \(bounds)")
        return nil
      }
      return duration
    } text: {
      $0.configurationText
    }
  }
}

extension ValueFormat where Value: FixedWidthInteger {
  static func number(_ range: ClosedRange<Value>) -> ValueFormat {
    let bounds = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    return ValueFormat(description: bounds) { reader, node, key in
      guard case .scalar(let scalar) = node, let number = scalar.int else {
        let isText = node.scalar.flatMap { Int($0.string) } != nil
        reader.fail(
          node,
          "\(key): expected \(bounds), found \(reader.found(node))\(isText ? ", a text: write it without quotes" : "")"
        )
        return nil
      }
      guard let value = Value(exactly: number), range.contains(value) else {
        reader.fail(node, "\(key): \(number) is out of range: expected \(bounds)")
        return nil
      }
      return value
    } text: {
      "\($0)"
    }
  }
}

extension ValueFormat where Value == Int {
  /// A number of bytes.
  static func size(_ range: ClosedRange<ByteSize>, example: ByteSize) -> ValueFormat {
    let bounds = "from \(range.lowerBound.configurationText) to \(range.upperBound.configurationText)"
    return ValueFormat(description: "a size \(bounds)") { reader, node, key in
      guard let text = reader.text(node, key, of: "a size") else { return nil }
      guard let size = ByteSize(configuration: text), range.contains(size) else {
        reader.fail(
          node,
          "\(key): expected \(bounds), as in \(example.configurationText), found \(text.quoted())")
        return nil
      }
      return size.bytes
    } text: {
      ByteSize(bytes: $0).configurationText
    }
  }
}

extension ValueFormat where Value == Bool {
  static var boolean: ValueFormat {
    ValueFormat(description: "true or false") { reader, node, key in
      guard case .scalar(let scalar) = node, !scalar.isTaggedString,
        ["true", "false"].contains(scalar.string)
      else {
        reader.fail(node, "\(key): expected true or false, found \(reader.found(node))")
        return nil
      }
      return scalar.string == "true"
    } text: {
      "\($0)"
    }
  }
}

extension ValueFormat where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the allowed words.
  static var word: ValueFormat {
    let words = Value.allCases.map(\.rawValue)
    return ValueFormat(description: "one of \(words.joined(separator: ", "))") { reader, node, key in
      reader.word(node, key, among: words).flatMap(Value.init)
    } text: {
      $0.rawValue
    }
  }
}

extension ValueFormat where Value == String {
  /// Text on one line.
  ///
  /// - Parameters:
  ///   - mistake: returns the error of a text; nil if it is valid.
  static func text(
    _ description: String, _ mistake: @escaping (String) -> String? = { _ in nil }
  ) -> ValueFormat {
    ValueFormat(description: description) { reader, node, key in
      guard let text = reader.text(node, key, of: description) else { return nil }
      guard let mistake = mistake(text) else { return text }
      reader.fail(node, "\(key): \(mistake)")
      return nil
    } text: {
      YAMLText.scalar($0)
    }
  }

  /// An absolute path; `~` is the home.
  static var path: ValueFormat { path("a path") { _ in nil } }

  /// - Parameter mistake: returns the error of a path; nil if it is valid.
  static func path(_ description: String, _ mistake: @escaping (String) -> String?) -> ValueFormat {
    ValueFormat(description: description) { reader, node, key in
      guard let path = reader.path(node, key) else { return nil }
      guard let mistake = mistake(path) else { return path }
      reader.fail(node, "\(key): \(mistake)")
      return nil
    } text: {
      YAMLText.scalar($0)
    }
  }
}

extension ValueFormat {
  /// A list of values.
  ///
  /// - Parameter isUnique: true refuses repeated values.
  static func list<Element: Hashable>(
    of entries: String, _ element: ValueFormat<Element>, isUnique: Bool = false
  ) -> ValueFormat where Value == [Element] {
    ValueFormat(description: "a list of \(entries)") { reader, node, key in
      guard let nodes = reader.list(node, key, of: entries) else { return nil }
      var values: [Element] = []
      var known: Set<Element> = []
      var isWhole = true
      for node in nodes {
        guard let value = element.read(&reader, node, key) else {
          isWhole = false
          continue
        }
        guard known.insert(value).inserted || !isUnique else {
          reader.fail(node, "\(key): '\(value)' is in the list twice")
          isWhole = false
          continue
        }
        values.append(value)
      }
      return isWhole ? values : nil
    } text: {
      YAMLText.list($0.map(element.text))
    }
  }
}
