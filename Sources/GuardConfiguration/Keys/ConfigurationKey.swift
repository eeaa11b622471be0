/// A key of guard.yaml, declared once. Its reader, its error messages, `--print-config` and the key reference
/// are derived from this description.
///
/// `Root` is the type of the key's section.
struct ConfigurationKey<Root> {
  let name: String
  /// The rest of the message for a section without this key; nil if the key is optional.
  let missing: String?
  /// Reads the key's value into the section. Returns false if it reported an error.
  let read: (inout ConfigurationReader, YAMLNode, inout Root) -> Bool
  let printed: (Root) -> PrintedValue
  /// - Parameter defaults: a section without keys.
  let reference: (_ path: String, _ defaults: Root) -> [KeyReference]
}

/// A value in the output of `--print-config`.
enum PrintedValue {
  /// On the key's own line.
  case inline(String)
  /// On separate lines, below the key.
  case lines([String])
  /// The default, as a comment. As a key it would be an explicit value, which would not change with the
  /// default.
  case comment(String)
  case absent
}

// MARK: - Keys with a single value

extension ConfigurationKey {
  /// A key that always has a value.
  ///
  /// - Parameters:
  ///   - standard: the default in words, if its value is not sufficient.
  ///   - isPrinted: false leaves the key out of `--print-config`.
  init<Value>(
    _ name: String, _ value: WritableKeyPath<Root, Value>, _ format: ValueFormat<Value>,
    missing: String? = nil, standard: String? = nil, isPrinted: @escaping (Value) -> Bool = { _ in true },
    _ meaning: String
  ) {
    self.name = name
    self.missing = missing
    self.read = { reader, node, root in
      guard let read = format.read(&reader, node, name) else { return false }
      root[keyPath: value] = read
      return true
    }
    self.printed = { root in
      isPrinted(root[keyPath: value]) ? .inline(format.text(root[keyPath: value])) : .absent
    }
    self.reference = { path, defaults in
      [
        KeyReference(
          path: path + name, values: format.description,
          standard: missing == nil ? standard ?? format.text(defaults[keyPath: value]) : nil, meaning: meaning
        )
      ]
    }
  }

  /// A key that may have no value.
  ///
  /// - Parameters:
  ///   - missing: the rest of the message for a section without this key, if it is required.
  ///   - standard: the default in words.
  ///   - comment: shown by `--print-config` if there is no value.
  init<Value>(
    _ name: String, optional value: WritableKeyPath<Root, Value?>, _ format: ValueFormat<Value>,
    missing: String? = nil, standard: String? = nil, comment: String? = nil, _ meaning: String
  ) {
    self.name = name
    self.missing = missing
    self.read = { reader, node, root in
      root[keyPath: value] = format.read(&reader, node, name)
      return root[keyPath: value] != nil
    }
    self.printed = { root in
      root[keyPath: value].map { .inline(format.text($0)) } ?? comment.map { .comment("\(name): \($0)") }
        ?? .absent
    }
    self.reference = { path, _ in
      [
        KeyReference(
          path: path + name, values: format.description, standard: standard, meaning: meaning)
      ]
    }
  }
}

// MARK: - Keys with nested keys

/// The print style of nested keys.
enum SectionStyle {
  /// `{ a: 1, b: 2 }`
  case flow
  /// One line per key.
  case block
}

extension ConfigurationKey {
  /// A mapping whose keys belong to this section's type.
  init(group name: String, _ keys: [ConfigurationKey<Root>], style: SectionStyle) {
    self.name = name
    self.missing = nil
    self.read = { reader, node, root in
      guard let section = reader.section(node, name, keys: keys.map(\.name)) else { return false }
      return reader.read(keys, of: section, into: &root)
    }
    self.printed = { root in style.printed(keys, root) }
    self.reference = { path, defaults in keys.flatMap { $0.reference("\(path)\(name).", defaults) } }
  }

  /// A section with its own type.
  init<Section: ConfigurationSection>(
    _ name: String, section: WritableKeyPath<Root, Section>, style: SectionStyle, missing: String? = nil
  ) {
    self.init(
      name, missing: missing, style: style, get: { $0[keyPath: section] }, set: { $0[keyPath: section] = $1 })
  }

  /// A section that only some configurations have.
  ///
  /// - Parameters:
  ///   - get: returns nil if the configuration does not have the section.
  ///   - comment: added to the defaults that `--print-config` shows if there is no such section.
  init<Section: ConfigurationSection>(
    _ name: String, missing: String? = nil, style: SectionStyle, comment: String? = nil,
    get: @escaping (Root) -> Section?, set: @escaping (inout Root, Section) -> Void
  ) {
    self.name = name
    self.missing = missing
    self.read = { reader, node, root in
      guard let section = reader.section(node, name, as: Section.self) else { return false }
      set(&root, section)
      return true
    }
    self.printed = { root in
      if let section = get(root) { return style.printed(Section.keys, section) }
      guard let comment, let defaults = style.printed(Section.keys, Section(defaultsIn: .reference)).inline
      else { return .absent }
      return .comment("\(name): \(defaults)  \(comment)")
    }
    self.reference = { path, _ in
      Section.keys.flatMap { $0.reference("\(path)\(name).", Section(defaultsIn: .reference)) }
    }
  }

  /// A list of sections.
  ///
  /// - Parameters:
  ///   - entries: names them in messages.
  ///   - count: the message for a list with a wrong number of entries.
  init<Section: ConfigurationSection>(
    _ name: String, list: WritableKeyPath<Root, [Section]>, of entries: String, in range: ClosedRange<Int>,
    style: SectionStyle, count: @escaping (Int) -> String
  ) {
    self.name = name
    self.missing = nil
    self.read = { reader, node, root in
      guard let nodes = reader.list(node, name, of: entries) else { return false }
      guard range.contains(nodes.count) else {
        reader.fail(node, "\(name): \(count(nodes.count))")
        return false
      }
      let sections = nodes.map { reader.section($0, name, as: Section.self) }
      root[keyPath: list] = sections.compactMap(\.self)
      return sections.allSatisfy { $0 != nil }
    }
    self.printed = { root in
      let sections = root[keyPath: list]
      if sections.isEmpty { return .inline("[]") }
      return .lines(
        sections.flatMap { section -> [String] in
          let lines =
            style.printed(Section.keys, section).inline.map { [$0] } ?? Section.keys.lines(of: section)
          return lines.enumerated().map { $0.offset == 0 ? "  - \($0.element)" : "    \($0.element)" }
        })
    }
    self.reference = { path, _ in
      Section.keys.flatMap { $0.reference("\(path)\(name)[].", Section(defaultsIn: .reference)) }
    }
  }
}

// MARK: - Keys of a nested section

extension ConfigurationKey {
  /// The same key, in a section that contains this key's section.
  func lifted<Whole>(to part: WritableKeyPath<Whole, Root>) -> ConfigurationKey<Whole> {
    ConfigurationKey<Whole>(
      name: name, missing: missing, read: { read(&$0, $1, &$2[keyPath: part]) },
      printed: { printed($0[keyPath: part]) }, reference: { reference($0, $1[keyPath: part]) })
  }
}
