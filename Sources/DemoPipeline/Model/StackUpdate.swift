/// An update of the stack: what Pulumi changed in the cluster, whoever ran it.
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
