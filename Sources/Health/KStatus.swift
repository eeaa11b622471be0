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
    if let progressing = resource.conditions["Progressing"], progressing.reason == "ProgressDeadlineExceeded"
    {
      return (.failed, progressing.reason, progressing.message)
    }
    let counts = "\(workload.available)/\(workload.desired) available, \(workload.updated) updated"
    if workload.updated < workload.desired { return (.inProgress, "LessUpdated", counts) }
    if workload.available < workload.desired { return (.inProgress, "LessAvailable", counts) }
    if workload.ready < workload.desired { return (.inProgress, "LessReady", counts) }
    return (.current, "Available", counts)
  }
}
