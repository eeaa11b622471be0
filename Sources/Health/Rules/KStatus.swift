/// kstatus as computed by sigs.k8s.io/cli-utils (pkg/kstatus/status), for objects without rules of their own.
public enum KStatus {
  /// The status, and the condition that decided it.
  public static func compute(_ resource: Resource) -> (status: ObjectStatus, condition: Condition?) {
    if resource.deletionTimestamp != nil { return (.terminating, nil) }
    if let generation = resource.generation, let observed = resource.observedGeneration,
      generation != observed
    {
      let message =
        "\(resource.kind) generation is \(generation), but latest observed generation is \(observed)"
      return (
        .inProgress,
        Condition(
          type: "Reconciling", status: .isTrue, reason: "LatestGenerationNotObserved", message: message)
      )
    }
    // The first match in the order of the array.
    for condition in resource.conditions where condition.status == .isTrue {
      if condition.type == "Reconciling" { return (.inProgress, condition) }
      if condition.type == "Stalled" { return (.failed, condition) }
    }
    if let ready = resource.conditions["Ready"] {
      return (ready.status == .isTrue ? .current : .inProgress, ready)
    }
    return (.current, nil)
  }

  /// The status of the apps kinds, for which conditions are not sufficient.
  public static func compute(_ workload: Workload) -> (status: ObjectStatus, reason: String, message: String)
  {
    let resource = workload.resource
    if resource.deletionTimestamp != nil { return (.terminating, "Terminating", "being deleted") }
    if let generation = resource.generation, let observed = resource.observedGeneration,
      generation != observed
    {
      return (.inProgress, "LatestGenerationNotObserved", "generation \(generation) is not observed yet")
    }
    // The generic rules come before the rules of the apps kinds (checkGenericProperties).
    for condition in resource.conditions where condition.status == .isTrue {
      if condition.type == "Reconciling" { return (.inProgress, condition.reason, condition.message) }
      if condition.type == "Stalled" { return (.failed, condition.reason, condition.message) }
    }
    let counts = "\(workload.available)/\(workload.desired) available, \(workload.updated) updated"
    switch resource.kind {
    case "StatefulSet":
      return progress(ofStatefulSet: workload).map { (.inProgress, $0, counts) }
        ?? (.current, "Available", counts)
    case "DaemonSet":
      return progress(ofDaemonSet: workload).map { (.inProgress, $0, counts) }
        ?? (.current, "Available", counts)
    default:
      if let late = resource.conditions.first(where: {
        $0.type == "Progressing" && $0.reason == "ProgressDeadlineExceeded"
      }) {
        return (.failed, late.reason, late.message)
      }
      return progress(ofDeployment: workload).map { (.inProgress, $0, counts) }
        ?? (.current, "Available", counts)
    }
  }

  /// The pending step of a StatefulSet (stsConditions); nil if there is none.
  private static func progress(ofStatefulSet workload: Workload) -> String? {
    let current = workload.current ?? workload.desired
    if case .onDelete = workload.updates { return nil }
    if current < workload.desired { return "LessReplicas" }
    if workload.ready < workload.desired { return "LessReady" }
    if current > workload.desired { return "ExtraPods" }
    if case .partition(let first) = workload.updates {
      // Both are at least zero, even for invalid values, so the difference can't overflow.
      let due = max(0, workload.desired) - max(0, first)
      return workload.updated < due ? "PartitionRollout" : nil
    }
    return workload.updated < workload.desired ? "RevisionMismatch" : nil
  }

  /// The pending step of a DaemonSet (daemonsetConditions); nil if there is none.
  private static func progress(ofDaemonSet workload: Workload) -> String? {
    if workload.resource.generation == nil { return "NoGeneration" }
    if workload.resource.observedGeneration == nil { return "NoObservedGeneration" }
    if !workload.isDesiredKnown { return "NoDesiredNumber" }
    if workload.current ?? workload.desired < workload.desired { return "LessCurrent" }
    if workload.updated < workload.desired { return "LessUpdated" }
    if workload.available < workload.desired { return "LessAvailable" }
    return workload.ready < workload.desired ? "LessReady" : nil
  }

  /// The pending step of a Deployment (deploymentConditions); nil if there is none.
  private static func progress(ofDeployment workload: Workload) -> String? {
    let current = workload.current ?? workload.desired
    if current < workload.desired { return "LessReplicas" }
    if workload.updated < workload.desired { return "LessUpdated" }
    if current > workload.desired { return "ExtraPods" }
    if workload.available < workload.updated { return "LessAvailable" }
    if workload.ready < workload.desired { return "LessReady" }
    func isTrue(_ type: String, _ reason: String? = nil) -> Bool {
      workload.resource.conditions.contains {
        $0.type == type && $0.status == .isTrue && (reason ?? $0.reason) == $0.reason
      }
    }
    // Without a deadline, the controller does not report the progress of a rollout.
    if workload.hasProgressDeadline, !isTrue("Progressing", "NewReplicaSetAvailable") {
      return "ReplicaSetNotAvailable"
    }
    return isTrue("Available") ? nil : "DeploymentNotAvailable"
  }
}
