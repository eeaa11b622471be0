internal import Health

extension Stack {
  /// `status.outputs` may hold what others must not see: nothing here looks at it.
  init(_ object: Fields, of served: ServedKind) throws {
    let update = try object.object("status")?.shown("lastUpdate")
    self.init(
      resource: try Resource(object, of: served), lastUpdateState: update?.text("state"),
      lastUpdateTime: update?.time("lastResyncTime"))
  }
}
