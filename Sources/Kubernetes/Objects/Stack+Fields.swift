internal import Health

extension Stack {
  /// `status.outputs` may contain secrets and is not read.
  init(_ object: Fields, of served: ServedKind) throws {
    let status = try object.object("status")
    let update = status?.shown("lastUpdate")
    let spec = object.shown("spec")
    // Without continueResyncOnCommitMatch, the operator runs a commit once, and the frequency only looks for new ones.
    let isRepeated = (try? spec?.judgedFlag("continueResyncOnCommitMatch")) ?? false
    self.init(
      resource: try Resource(object, of: served), lastUpdateState: update?.word("state"),
      lastUpdateTime: update?.time("lastResyncTime"),
      lastAttemptedCommit: update?.word("lastAttemptedCommit"),
      lastSuccessfulCommit: update?.word("lastSuccessfulCommit"),
      resyncInterval: isRepeated
        ? spec?.number("resyncFrequencySeconds").flatMap {
          (1...31_536_000).contains($0) ? .seconds($0) : nil
        } : nil, isUpdating: status?.shown("currentUpdate") != nil,
      lastUpdateMessage: update?.message("message"), lastUpdatePage: update?.text("permalink"))
  }
}
