/// The start-up of an API server, in the phases that were observed with kube-apiserver 1.36.
package struct Startup: Hashable, Sendable {
  package enum Phase: String, Hashable, Sendable, CaseIterable {
    /// Every connection is closed.
    case down
    /// `/readyz` returns 500; `/apis` returns 200 without the groups of custom resources, and their paths return 404.
    case unknown
    /// As before, but the paths of custom resources return 503.
    case unavailable
    /// As before, but custom resources are served. Only `/apis` does not list them.
    case unnamed
    /// Everything is served, and `/readyz` still returns 500.
    case unready
  }

  /// Either a fixed phase, or a start-up that takes a given time.
  private enum Progress: Hashable, Sendable {
    case held(Phase)
    case timed(since: APITime, seconds: Int)
  }

  private let course: Progress

  package init(held phase: Phase) { course = .held(phase) }

  package init(at now: APITime, seconds: Int) { course = .timed(since: now, seconds: max(1, seconds)) }

  /// nil if the server is ready.
  package func phase(at now: APITime) -> Phase? {
    switch course {
    case .held(let phase): return phase
    case .timed(let since, let seconds):
      // Elapsed part of the start-up, in thousandths.
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

extension Startup.Phase {
  /// True if `/apis` does not list custom resources.
  var hidesCustomResources: Bool { self != .unready }

  /// The failed checks of `/readyz`.
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

extension ResourceKind {
  /// True if a CustomResourceDefinition defines the kind.
  var isCustom: Bool {
    group.hasSuffix(".toolkit.fluxcd.io") || ["cert-manager.io", "pulumi.com"].contains(group)
  }

  /// The name of its definition, for example `kustomizations.kustomize.toolkit.fluxcd.io`.
  var definition: String { "\(plural).\(group)" }
}
