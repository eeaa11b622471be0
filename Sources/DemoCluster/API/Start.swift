/// An API server on its way up, in the order in which a kube-apiserver 1.36 was seen from outside.
package struct Start: Hashable, Sendable {
  package enum Phase: String, Hashable, Sendable, CaseIterable {
    /// Every connection is closed.
    case down
    /// `/readyz` is 500, `/apis` is 200 without the groups of custom resources, and their paths are not found.
    case unknown
    /// The same, and they are known and can't be served: 503.
    case unavailable
    /// The same, and they are served: only `/apis` does not name them.
    case unnamed
    /// Everything is served, and `/readyz` is still 500.
    case unready
  }

  /// A phase that lasts until it is changed, or a start that takes its time.
  private enum Course: Hashable, Sendable {
    case held(Phase)
    case timed(since: Moment, seconds: Int)
  }

  private let course: Course

  package init(held phase: Phase) { course = .held(phase) }

  package init(at now: Moment, seconds: Int) { course = .timed(since: now, seconds: max(1, seconds)) }

  /// nil: the server is ready.
  package func phase(at now: Moment) -> Phase? {
    switch course {
    case .held(let phase): return phase
    case .timed(let since, let seconds):
      // Of a thousand parts of the whole.
      let part = (now.microseconds - since.microseconds) / (Int64(seconds) * 1000)
      switch part {
      case ..<80: return .down
      case ..<300: return .unknown
      case ..<550: return .unavailable
      case ..<850: return .unnamed
      case ..<1000: return .unready
      default: return nil
      }
    }
  }
}

extension Start.Phase {
  /// `/apis` does not name custom resources.
  var hidesCustomResources: Bool { self != .unready }

  /// The answer for a custom resource; nil where it is served.
  var refusal: Answer? {
    switch self {
    case .down, .unknown: Answer(text: "404 page not found\n", status: 404)
    case .unavailable:
      .failure(
        503, "ServiceUnavailable", "the server is currently unable to handle the request", details: [:])
    case .unnamed, .unready: nil
    }
  }

  /// The checks of `/readyz` that have not passed.
  var failedChecks: Set<String> {
    switch self {
    case .down, .unknown, .unavailable:
      [
        "poststarthook/crd-informer-synced", "poststarthook/apiservice-discovery-controller",
        "poststarthook/rbac/bootstrap-roles",
      ]
    case .unnamed: ["poststarthook/apiservice-discovery-controller", "poststarthook/rbac/bootstrap-roles"]
    case .unready: ["poststarthook/rbac/bootstrap-roles"]
    }
  }
}

extension Kind {
  /// Defined by a CustomResourceDefinition.
  var isCustom: Bool {
    group.hasSuffix(".toolkit.fluxcd.io") || ["cert-manager.io", "pulumi.com"].contains(group)
  }

  /// `kustomizations.kustomize.toolkit.fluxcd.io`
  var definition: String { "\(plural).\(group)" }
}
