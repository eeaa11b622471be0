package import GuardTypes
package import Health

/// `clusters[].flux`
package struct FluxDocument: Codable, Hashable, Sendable {
  @Field package var installed: Bool?
  @Field package var version: String?
  @Field package var objects: [FluxObjectDocument]
  @Field package var controllers: [FluxControllerDocument]

  package init(
    installed: Bool? = nil, version: String? = nil, objects: [FluxObjectDocument] = [],
    controllers: [FluxControllerDocument] = []
  ) {
    self.installed = installed
    self.version = version
    self.objects = objects
    self.controllers = controllers
  }
}

/// `flux.objects[]`
package struct FluxObjectDocument: Codable, Hashable, Sendable {
  package var kind: String
  @Field package var namespace: String
  package var name: String
  @Field package var verdict: Verdict
  @Field package var status: ObjectStatus
  /// The READY column of `flux get`: the Ready condition, or `True` for kinds that have none by design.
  @Field package var ready: Condition.Status?
  @Field package var suspended: Bool
  @Field package var reason: String
  @Field package var message: String
  @Field package var revision: String?
  /// The last attempted revision, if it differs.
  @Field package var attemptedRevision: String?
  @Field package var since: Timestamp?

  package init(_ judged: Judged<FluxObject>) {
    let resource = judged.value.resource
    kind = resource.kind
    namespace = resource.namespace
    name = resource.name
    verdict = judged.verdict
    status = judged.status
    ready = judged.value.isStatic ? .isTrue : resource.conditions["Ready"]?.status
    suspended = judged.value.isSuspended
    reason = judged.reason
    message = judged.message
    revision = judged.value.revision
    let attempted = judged.value.attemptedRevision
    attemptedRevision = attempted == judged.value.revision ? nil : attempted
    since = judged.since
  }
}

extension FluxObjectDocument: MessageRow {
  var otherTexts: [String?] { [revision, attemptedRevision] }
}

/// `flux.controllers[]`
package struct FluxControllerDocument: Codable, Hashable, Sendable {
  package var name: String
  @Field package var verdict: Verdict
  /// Distribution version from its label, for example `v2.6.4`.
  @Field package var distribution: String?
  /// Tag of its image, for example `v1.6.1`.
  @Field package var version: String?
  @Field package var desired: Int
  @Field package var available: Int
  /// Time of the last renewal of its leader's Lease.
  @Field package var leaseRenewedAt: Timestamp?

  package init(_ report: ControllerReport) {
    name = report.name
    verdict = report.verdict
    distribution = report.distribution
    version = report.version
    desired = report.desired
    available = report.available
    leaseRenewedAt = report.renewedAt
  }
}
