/// An update of the stack: what Pulumi changed in the cluster, with any trigger.
struct StackUpdate: Sendable {
  let version: Int
  let sha: String
  /// `update`, `destroy`, `refresh`
  var kind = "update"
  var isDirty = false
  var hasSucceeded = true
  let started: PipelineTime
  let ended: PipelineTime
}
