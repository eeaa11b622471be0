/// kstatus as sigs.k8s.io/cli-utils computes it (pkg/kstatus/status), for objects without rules of their own.
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
    // The first of the two in the order of the array.
    for condition in resource.conditions where condition.status == .isTrue {
      if condition.type == "Reconciling" { return (.inProgress, condition) }
      if condition.type == "Stalled" { return (.failed, condition) }
    }
    if let ready = resource.conditions["Ready"] {
      return (ready.status == .isTrue ? .current : .inProgress, ready)
    }
    return (.current, nil)
  }

  /// The apps kinds, whose conditions alone don't tell.
  public static func compute(_ workload: Workload) -> (status: ObjectStatus, reason: String, message: String)
  {
    let resource = workload.resource
    if resource.deletionTimestamp != nil { return (.terminating, "Terminating", "being deleted") }
    if let generation = resource.generation, let observed = resource.observedGeneration,
      generation != observed
    {
      return (.inProgress, "LatestGenerationNotObserved", "generation \(generation) is not observed yet")
    }
    let counts = "\(workload.available)/\(workload.desired) available, \(workload.updated) updated"
    let current = workload.current ?? workload.desired
    func progress(_ reason: String) -> (ObjectStatus, String, String) { (.inProgress, reason, counts) }
    let isCurrent = (ObjectStatus.current, "Available", counts)
    switch resource.kind {
    case "StatefulSet":
      if case .onDelete = workload.updates { return isCurrent }
      if current < workload.desired { return progress("LessReplicas") }
      if workload.ready < workload.desired { return progress("LessReady") }
      if current > workload.desired { return progress("ExtraPods") }
      if case .partition(let first) = workload.updates {
        // Neither is below zero, whatever was written there: their difference is a number.
        let due = max(0, workload.desired) - max(0, first)
        return workload.updated < due ? progress("PartitionRollout") : isCurrent
      }
      return workload.updated < workload.desired ? progress("RevisionMismatch") : isCurrent
    case "DaemonSet":
      if current < workload.desired { return progress("LessCurrent") }
      if workload.updated < workload.desired { return progress("LessUpdated") }
      if workload.available < workload.desired { return progress("LessAvailable") }
      return workload.ready < workload.desired ? progress("LessReady") : isCurrent
    default:
      if let progressing = resource.conditions["Progressing"],
        progressing.reason == "ProgressDeadlineExceeded"
      {
        return (.failed, progressing.reason, progressing.message)
      }
      if current < workload.desired { return progress("LessReplicas") }
      if workload.updated < workload.desired { return progress("LessUpdated") }
      if current > workload.desired { return progress("ExtraPods") }
      if workload.available < workload.updated { return progress("LessAvailable") }
      if workload.ready < workload.desired { return progress("LessReady") }
      if let available = resource.conditions["Available"], available.status != .isTrue {
        return progress("DeploymentNotAvailable")
      }
      return isCurrent
    }
  }
}
