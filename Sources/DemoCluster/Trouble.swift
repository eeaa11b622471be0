/// A bad state that the demo's cluster can be put into and taken out of again, beside those that are faults of their
/// own: what an operator meets at night.
package enum Trouble: Hashable, Sendable {
  // Nodes
  /// `MemoryPressure`, `DiskPressure`, `PIDPressure`
  case nodePressure(String, type: String)
  /// A condition that somebody else than the kubelet sets, for a reason of one word.
  case nodeCondition(String, type: String, status: String, reason: String)
  /// A node that nobody expects.
  case nodeJoined(String)
  case kubeletVersion(String, version: String)

  // Flux
  /// The pod runs and does nothing: its leader's Lease stands still, and so does what it looks after.
  case controllerStopped(String)
  /// Its Deployment is not there.
  case controllerMissing(String)
  case fluxVersion(String)
  /// In progress without an end.
  case kustomizationHung(String)
  /// Ready, and not reconciled any more.
  case kustomizationForgotten(String)
  /// It depends on a Kustomization that does not exist.
  case dependencyMissing(String)
  /// Made just now, and no controller writes a status for it.
  case statusMissing(kind: String, name: String)
  /// The workloads that it applied do not come up.
  case healthCheckFailing(String)
  /// The source has a newer commit, and nobody applies it.
  case commitNotApplied
  /// The chart repository does not answer, so no chart is fetched and no release made.
  case chartsRefused
  /// Deleted, with a finalizer that nobody takes away.
  case terminating(kind: String, name: String)

  // Images
  case scanRefused(String)
  case scanStopped(String)
  /// No tag fits.
  case policyUnresolved(String)
  case pushRefused
  /// The automation sees what the policy wants, and finds no place in Git to write it to.
  case markerMissing
  /// Pushed, and the source does not fetch it.
  case pushNotFetched
  /// People write into Git what the policies want.
  case automationMissing

  // The rest
  /// `namespace/name` of a workload whose pods crash.
  case podsCrashing(String)
  /// The same with pods that run out of memory again and again, and are started at once.
  case podsRestarting(String)
  /// An old pod of the workload that does not go.
  case podTerminating(String)
  /// `namespace/name` of a Job.
  case jobFailed(String)
  /// The same as `podsCrashing` with pods that no node takes.
  case podsPending(String)
  case scaledToZero(String)
  /// A rollout that exceeded its deadline while the old pods serve.
  case rolloutStuck(String)
  case certificateFailing
  case certificateExpired
  case stackStalled

  /// Reads `controller-stopped kustomize-controller`.
  init(words: [String]) throws(DemoError) {
    let verb = words.first ?? ""
    func argument(_ index: Int, _ what: String) throws(DemoError) -> String {
      guard index < words.count else { throw DemoError.unknownFault("\(verb): \(what) is missing") }
      return words[index]
    }
    switch verb {
    case "node-pressure":
      self = .nodePressure(try argument(1, "a node"), type: try argument(2, "a condition"))
    case "node-condition":
      self = .nodeCondition(
        try argument(1, "a node"), type: try argument(2, "a condition"), status: try argument(3, "a status"),
        reason: try argument(4, "a reason"))
    case "node-joined": self = .nodeJoined(try argument(1, "a node"))
    case "kubelet-version":
      self = .kubeletVersion(try argument(1, "a node"), version: try argument(2, "a version"))
    case "controller-stopped": self = .controllerStopped(try argument(1, "a controller"))
    case "controller-missing": self = .controllerMissing(try argument(1, "a controller"))
    case "flux-version": self = .fluxVersion(try argument(1, "a version"))
    case "kustomization-hung": self = .kustomizationHung(try argument(1, "a Kustomization"))
    case "kustomization-forgotten": self = .kustomizationForgotten(try argument(1, "a Kustomization"))
    case "dependency-missing": self = .dependencyMissing(try argument(1, "a Kustomization"))
    case "status-missing":
      self = .statusMissing(kind: try argument(1, "a kind"), name: try argument(2, "a name"))
    case "health-check-failing": self = .healthCheckFailing(try argument(1, "a Kustomization"))
    case "commit-not-applied": self = .commitNotApplied
    case "charts-refused": self = .chartsRefused
    case "terminating": self = .terminating(kind: try argument(1, "a kind"), name: try argument(2, "a name"))
    case "scan-refused": self = .scanRefused(try argument(1, "an ImageRepository"))
    case "scan-stopped": self = .scanStopped(try argument(1, "an ImageRepository"))
    case "policy-unresolved": self = .policyUnresolved(try argument(1, "an ImagePolicy"))
    case "push-refused": self = .pushRefused
    case "marker-missing": self = .markerMissing
    case "push-not-fetched": self = .pushNotFetched
    case "automation-missing": self = .automationMissing
    case "pods-crashing": self = .podsCrashing(try argument(1, "namespace/name"))
    case "pods-restarting": self = .podsRestarting(try argument(1, "namespace/name"))
    case "pod-terminating": self = .podTerminating(try argument(1, "namespace/name"))
    case "job-failed": self = .jobFailed(try argument(1, "namespace/name"))
    case "pods-pending": self = .podsPending(try argument(1, "namespace/name"))
    case "scaled-to-zero": self = .scaledToZero(try argument(1, "namespace/name"))
    case "rollout-stuck": self = .rolloutStuck(try argument(1, "namespace/name"))
    case "certificate-failing": self = .certificateFailing
    case "certificate-expired": self = .certificateExpired
    case "stack-stalled": self = .stackStalled
    default: throw DemoError.unknownFault("'\(verb)' is no trouble that the demo knows")
    }
  }
}
