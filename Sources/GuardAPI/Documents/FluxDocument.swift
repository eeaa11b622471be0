package import Health

/// `clusters[].flux`
package struct FluxDocument: Codable, Hashable, Sendable {
  @Field package var installed: Bool?
  @Field package var version: String?
  @Field package var objects: [FluxObjectDocument]

  package init(installed: Bool? = nil, version: String? = nil, objects: [FluxObjectDocument] = []) {
    self.installed = installed
    self.version = version
    self.objects = objects
  }
}

/// `flux.objects[]`
package struct FluxObjectDocument: Codable, Hashable, Sendable {
  package var kind: String
  @Field package var namespace: String
  package var name: String
  @Field package var verdict: Verdict
  @Field package var status: ObjectStatus
  /// As in the READY column of `flux get`: the Ready condition, `True` for kinds that have none by design.
  @Field package var ready: Condition.Status?
  @Field package var suspended: Bool
  @Field package var reason: String
  @Field package var message: String
  @Field package var revision: String?
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
    since = judged.since
  }
}
