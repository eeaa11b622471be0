/// A marker of an image policy on a value of a file: `# {"$imagepolicy": "NAMESPACE:NAME"}`.
package struct Marker: Hashable, Sendable {
  /// The part of the image reference that Flux writes into the value.
  package enum Part: String, Sendable, CaseIterable {
    /// `name:tag`, with the digest if the policy reflects it.
    case image = ""
    case tag, name, digest
  }

  /// The text in the marker: `flux-system:app:tag`.
  package let text: String
  /// Starts at 1.
  package let line: Int
  /// The annotated value.
  package let value: String
  /// The key of that value in its map; nil for an element of a list.
  package let key: String?

  package init(text: String, line: Int, value: String, key: String? = nil) {
    self.text = text
    self.line = line
    self.value = value
    self.key = key
  }

  /// The key of the marker's JSON object.
  static let key = "$imagepolicy"

  /// The policy that the marker names; nil if the namespace or the name is missing.
  package var policy: PolicyName? { PolicyName(marker: text) }

  /// nil for a suffix that Flux does not know.
  package var part: Part? {
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { return .image }
    return parts[2].isEmpty ? nil : Part(rawValue: String(parts[2]))
  }

  /// The marker in a comment; several comment lines above a value are one text. nil if Flux would ignore it.
  ///
  /// Flux strips all leading `#`, and the rest must be one JSON object of strings (fieldmeta in kyaml).
  static func text(in comment: String) -> String? {
    let rest = comment.unicodeScalars.drop { $0 == "#" }
    guard let text = StringMap(String(rest))?.values[key], !text.isEmpty else { return nil }
    return text
  }
}

/// `NAMESPACE:NAME` of a policy, as markers write it.
package struct PolicyName: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let namespace: String
  package let name: String

  package init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  /// The first two parts of `NAMESPACE:NAME[:PART]`.
  package init?(marker text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    self.init(namespace: String(parts[0]), name: String(parts[1]))
  }

  package var description: String { "\(namespace):\(name)" }

  package static func < (a: PolicyName, b: PolicyName) -> Bool {
    (a.namespace, a.name) < (b.namespace, b.name)
  }
}
