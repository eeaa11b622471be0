package import GuardTypes
package import Health

/// `clusters[].workloads[]`
package struct WorkloadDocument: Codable, Hashable, Sendable {
  package var kind: String
  @Field package var namespace: String
  package var name: String
  @Field package var verdict: Verdict
  @Field package var desired: Int
  @Field package var ready: Int
  @Field package var available: Int
  @Field package var updated: Int
  @Field package var images: [String]
  @Field package var reason: String
  @Field package var message: String
  @Field package var since: Timestamp?

  package init(_ judged: Judged<Workload>) {
    let workload = judged.value
    kind = workload.resource.kind
    namespace = workload.resource.namespace
    name = workload.resource.name
    verdict = judged.verdict
    desired = workload.desired
    ready = workload.ready
    available = workload.available
    updated = workload.updated
    images = workload.images
    reason = judged.reason
    message = judged.message
    since = judged.since
  }
}

extension WorkloadDocument: MessageRow {
  var otherTexts: [String?] { images }
}

/// `clusters[].certificates[]`
package struct CertificateDocument: Codable, Hashable, Sendable {
  @Field package var namespace: String
  package var name: String
  @Field package var verdict: Verdict
  @Field package var notAfter: Timestamp?
  @Field package var renewalTime: Timestamp?
  @Field package var lastFailureAt: Timestamp?
  @Field package var reason: String
  @Field package var message: String
  @Field package var since: Timestamp?

  package init(_ judged: Judged<Certificate>) {
    namespace = judged.value.resource.namespace
    name = judged.value.resource.name
    verdict = judged.verdict
    notAfter = judged.value.notAfter
    renewalTime = judged.value.renewalTime
    lastFailureAt = judged.value.lastFailureTime
    reason = judged.reason
    message = judged.message
    since = judged.since
  }
}

extension CertificateDocument: MessageRow {
  var otherTexts: [String?] { [] }
}

/// `clusters[].stacks[]`. A stack's outputs are never read.
package struct StackDocument: Codable, Hashable, Sendable {
  @Field package var namespace: String
  package var name: String
  @Field package var verdict: Verdict
  @Field package var lastUpdateState: String?
  @Field package var lastUpdateAt: Timestamp?
  @Field package var reason: String
  @Field package var message: String
  @Field package var since: Timestamp?

  package init(_ judged: Judged<Stack>) {
    namespace = judged.value.resource.namespace
    name = judged.value.resource.name
    verdict = judged.verdict
    lastUpdateState = judged.value.lastUpdateState
    lastUpdateAt = judged.value.lastUpdateTime
    reason = judged.reason
    message = judged.message
    since = judged.since
  }
}

extension StackDocument: MessageRow {
  var otherTexts: [String?] { [lastUpdateState] }
}

/// `clusters[].secrets[]`: only whether the Secret exists.
package struct SecretDocument: Codable, Hashable, Sendable {
  package var namespace: String
  package var name: String
  @Field package var present: Bool?

  package init(_ secret: SecretPresence) {
    namespace = secret.namespace
    name = secret.name
    present = secret.isPresent
  }
}
