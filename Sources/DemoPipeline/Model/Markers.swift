/// The manifest whose images Flux's image automation writes, with a marker for each policy.
package enum Markers {
  static let path = "clusters/oceanid/infrastructure.yaml"

  /// An image and the policy that selects its tag.
  package struct Image: Hashable, Sendable {
    package let policy: String
    package let name: String
    package var tag: String

    package init(policy: String, name: String, tag: String) {
      self.policy = policy
      self.name = name
      self.tag = tag
    }
  }

  /// A fault of a marker, in the words of the console.
  enum Mistake: String, CaseIterable, Sendable {
    /// No marker at all.
    case missing
    /// On the line above its key, where it is ignored.
    case ignored
    /// Names a policy that does not exist.
    case unknown
    /// Names the policy in a namespace that its automation does not handle.
    case otherNamespace = "other-namespace"
    /// Names a part that an image does not have: `:tags`.
    case suffix
    /// Bare, on a value that is only a tag.
    case wrongKind = "wrong-kind"
    /// With `:tag`, on a value that is a whole image.
    case wrongKindTag = "wrong-kind-tag"
    /// The value is not the tag that the policy selects.
    case unwritten
    /// The file does not parse, and is skipped.
    case broken
    /// In a file outside the automation's path.
    case elsewhere
  }

  /// The lines of one image.
  private static func lines(_ image: Image, _ mistake: Mistake?) -> [String] {
    let marker = "# {\"$imagepolicy\": \"flux-system:\(image.policy)\"}"
    let value = "      image: \(image.name):\(image.tag)"
    switch mistake {
    case nil, .elsewhere: return ["\(value) \(marker)"]
    case .missing: return [value]
    case .ignored: return ["      \(marker)", value]
    case .unknown:
      return ["\(value) \(marker.replacing(image.policy, with: image.policy + "-old"))"]
    case .otherNamespace: return ["\(value) \(marker.replacing("flux-system:", with: "apps:"))"]
    case .suffix: return ["\(value) \(marker.replacing(image.policy, with: image.policy + ":tags"))"]
    case .wrongKindTag: return ["\(value) \(marker.replacing(image.policy, with: image.policy + ":tag"))"]
    case .wrongKind: return ["      tag: \(image.tag) \(marker)"]
    case .unwritten: return ["      image: \(image.name):v0.0.1 \(marker)"]
    case .broken: return ["      image: {{ .image }} \(marker)", "  : ["]
    }
  }

  static func manifest(_ images: [Image], _ mistakes: [String: Mistake]) -> String {
    var lines = [
      "apiVersion: helm.toolkit.fluxcd.io/v2", "kind: HelmRelease", "metadata:", "  name: images",
      "spec:", "  values:",
    ]
    for image in images where mistakes[image.policy] != .elsewhere {
      lines.append("    \(image.policy):")
      lines += self.lines(image, mistakes[image.policy])
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The files that the mistakes put elsewhere.
  static func others(_ images: [Image], _ mistakes: [String: Mistake]) -> [String: String] {
    let elsewhere = images.filter { mistakes[$0.policy] == .elsewhere }
    guard !elsewhere.isEmpty else { return [:] }
    return ["examples/images.yaml": elsewhere.flatMap { lines($0, nil) }.joined(separator: "\n") + "\n"]
  }
}
