/// A lasting fault of the demo's cluster that starts and ends by command, in addition to the pairs of faults in
/// `Fault`.
///
/// Separate from `Fault`, because the cluster stores each ongoing fault with its start time; a `Fault` is an event.
package enum OngoingFault: Hashable, Sendable {
  // Nodes
  /// `MemoryPressure`, `DiskPressure` or `PIDPressure`.
  case nodePressure(String, type: String)
  /// A condition that another component than the kubelet sets, with a one-word reason.
  case nodeCondition(String, type: String, status: String, reason: String)
  /// The node was taken out of service by a taint.
  case nodeOutOfService(String)
  /// A node that is not expected.
  case nodeJoined(String)
  case kubeletVersion(String, version: String)

  /// K3s warns with an event that certificates of the node expire.
  case nodeCertificatesExpiring(String)

  // The control plane
  /// The supervisor of K3s answers `/ping`; the API server returns 503.
  case apiServerNotReady
  /// `/readyz` reports etcd as failed, and all reads fail.
  case datastoreFailing

  // Flux
  /// The pod runs but is stuck: the leader's Lease and the objects of the controller are no longer updated.
  case controllerStopped(String)
  /// The controller's Deployment is missing.
  case controllerMissing(String)
  case fluxVersion(String)
  /// Its reconciliation never ends.
  case kustomizationHung(String)
  /// Ready, but no longer reconciled.
  case kustomizationForgotten(String)
  /// Depends on a Kustomization that does not exist.
  case dependencyMissing(String)
  /// Just created, and no controller writes a status for it.
  case statusMissing(kind: String, name: String)
  /// The workloads that it applied do not become ready.
  case healthCheckFailing(String)
  /// The source has a newer commit that is not applied.
  case commitNotApplied
  /// A policy of the Git server refuses the token of the source.
  case sourceForbidden
  /// The token of the source has no access to the repository.
  case repositoryNotFound
  /// The chart repository is unavailable, so no chart is fetched and no release is created.
  case chartsRefused
  /// Deleted, with a finalizer that is never removed.
  case terminating(kind: String, name: String)

  // Images
  case scanRefused(String)
  case scanStopped(String)
  /// No tag matches.
  case policyUnresolved(String)
  case pushRefused
  /// Fetching works, but the token may not push.
  case pushForbidden
  /// The automation reports a push of a commit that the branch does not have.
  case pushLost
  /// Git and the applied commit have the tag that the policy selects, and the workload runs the previous one.
  case rolloutHeld
  /// The automation finds no marker in Git for the tag that the policy selects.
  case markerMissing
  /// The commit was pushed, but the source does not fetch it.
  case pushNotFetched
  /// Tags are committed by hand, without an automation.
  case automationMissing

  // Others
  /// `namespace/name` of a workload whose pods crash.
  case podsCrashing(String)
  /// `namespace/name` of a workload whose pods run out of memory again and again and are restarted at once.
  case podsRestarting(String)
  /// An old pod of the workload that does not terminate.
  case podTerminating(String)
  /// `namespace/name` of a Job.
  case jobFailed(String)
  /// `namespace/name` of a Job whose pods fail and are replaced.
  case jobFailing(String)
  /// `namespace/name` of a workload whose pods cannot be scheduled.
  case podsPending(String)
  case scaledToZero(String)
  /// A rollout that exceeded its deadline while the old pods still serve.
  case rolloutStuck(String)
  case certificateFailing
  case certificateExpired
  case stackStalled

  /// Parses a line such as `controller-stopped kustomize-controller`.
  init(_ arguments: FaultArguments) throws(DemoError) {
    switch arguments.verb {
    case "node-pressure":
      self = .nodePressure(try arguments.word(0, "a node"), type: try arguments.word(1, "a condition"))
    case "node-condition":
      self = .nodeCondition(
        try arguments.word(0, "a node"), type: try arguments.word(1, "a condition"),
        status: try arguments.word(2, "a status"),
        reason: try arguments.word(3, "a reason"))
    case "node-out-of-service": self = .nodeOutOfService(try arguments.word(0, "a node"))
    case "node-joined": self = .nodeJoined(try arguments.word(0, "a node"))
    case "kubelet-version":
      self = .kubeletVersion(try arguments.word(0, "a node"), version: try arguments.word(1, "a version"))
    case "node-certificates-expiring": self = .nodeCertificatesExpiring(try arguments.word(0, "a node"))
    case "api-server-not-ready": self = .apiServerNotReady
    case "datastore-failing": self = .datastoreFailing
    case "controller-stopped": self = .controllerStopped(try arguments.word(0, "a controller"))
    case "controller-missing": self = .controllerMissing(try arguments.word(0, "a controller"))
    case "flux-version": self = .fluxVersion(try arguments.word(0, "a version"))
    case "kustomization-hung": self = .kustomizationHung(try arguments.word(0, "a Kustomization"))
    case "kustomization-forgotten": self = .kustomizationForgotten(try arguments.word(0, "a Kustomization"))
    case "dependency-missing": self = .dependencyMissing(try arguments.word(0, "a Kustomization"))
    case "status-missing":
      self = .statusMissing(kind: try arguments.word(0, "a kind"), name: try arguments.word(1, "a name"))
    case "health-check-failing": self = .healthCheckFailing(try arguments.word(0, "a Kustomization"))
    case "commit-not-applied": self = .commitNotApplied
    case "source-forbidden": self = .sourceForbidden
    case "repository-not-found": self = .repositoryNotFound
    case "charts-refused": self = .chartsRefused
    case "terminating":
      self = .terminating(kind: try arguments.word(0, "a kind"), name: try arguments.word(1, "a name"))
    case "scan-refused": self = .scanRefused(try arguments.word(0, "an ImageRepository"))
    case "scan-stopped": self = .scanStopped(try arguments.word(0, "an ImageRepository"))
    case "policy-unresolved": self = .policyUnresolved(try arguments.word(0, "an ImagePolicy"))
    case "push-refused": self = .pushRefused
    case "push-forbidden": self = .pushForbidden
    case "push-lost": self = .pushLost
    case "rollout-held": self = .rolloutHeld
    case "marker-missing": self = .markerMissing
    case "push-not-fetched": self = .pushNotFetched
    case "automation-missing": self = .automationMissing
    case "pods-crashing": self = .podsCrashing(try arguments.word(0, "namespace/name"))
    case "pods-restarting": self = .podsRestarting(try arguments.word(0, "namespace/name"))
    case "pod-terminating": self = .podTerminating(try arguments.word(0, "namespace/name"))
    case "job-failed": self = .jobFailed(try arguments.word(0, "namespace/name"))
    case "job-failing": self = .jobFailing(try arguments.word(0, "namespace/name"))
    case "pods-pending": self = .podsPending(try arguments.word(0, "namespace/name"))
    case "scaled-to-zero": self = .scaledToZero(try arguments.word(0, "namespace/name"))
    case "rollout-stuck": self = .rolloutStuck(try arguments.word(0, "namespace/name"))
    case "certificate-failing": self = .certificateFailing
    case "certificate-expired": self = .certificateExpired
    case "stack-stalled": self = .stackStalled
    default: throw DemoError.unknownFault("unknown ongoing fault '\(arguments.verb)'")
    }
  }
}
