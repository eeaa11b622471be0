internal import Health

extension Certificate {
  init(_ object: Fields, of served: ServedKind) throws {
    let status = try object.object("status")
    self.init(
      resource: try Resource(object, of: served), notAfter: try status?.judgedTime("notAfter"),
      renewalTime: status?.time("renewalTime"), lastFailureTime: status?.time("lastFailureTime"),
      failedAttempts: status?.count("failedIssuanceAttempts"))
  }
}
