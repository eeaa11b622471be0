/// A property of an object of a cluster. Its changes are recorded.
public struct Fact: Hashable, Sendable {
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// The node is part of the cluster.
    case node
    /// The version of the Kubernetes API.
    case kubernetes
    case kubelet
    case kernel
    case os
    case runtime
    /// The release of Flux, from the label of a controller.
    case flux
    /// The version of a controller of Flux, from its image.
    case controller
    /// The revision that a source has fetched, or that a Kustomization or HelmRelease has applied.
    case revision
    /// The image that a policy selects.
    case policy
    /// An image in the spec of a workload.
    case image

    /// The order in pages and documents.
    package static let ranks = Dictionary(
      uniqueKeysWithValues: Kind.allCases.enumerated().map { ($0.element, $0.offset) })

    /// True if only a change of its value is recorded. The beginning and the end of an object are a fact of its own.
    var isAttribute: Bool {
      switch self {
      case .kubernetes, .kubelet, .kernel, .os, .runtime, .flux: true
      case .node, .controller, .revision, .policy, .image: false
      }
    }
  }

  /// The value of `.node`.
  public static let present = "present"
  /// Longer values are cut. An image with its digest is shorter.
  package static let valueLimit = 512

  public let kind: Kind
  /// Distinguishes the facts of one kind: for an image, its repository.
  public let detail: String
  public let value: String

  public init(_ kind: Kind, _ value: String, detail: String = "") {
    self.kind = kind
    self.detail = detail
    self.value = value.limited(to: Fact.valueLimit)
  }
}
