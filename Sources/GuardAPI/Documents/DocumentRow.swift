internal import GuardTypes

/// An element of one of the lists of a cluster, which may have thousands.
protocol DocumentRow {
  /// The size of its texts in bytes of UTF-8, without the messages that `shorten` limits.
  var textBytes: Int { get }
  /// The size of its messages.
  var messageBytes: Int { get }
  /// About its size in bytes of JSON.
  var size: Int { get }
  /// Shortens its long texts once the budget is used up.
  mutating func shorten(_ budget: inout TextBudget)
}

extension DocumentRow {
  // Keys, times and numbers, and the texts.
  var size: Int { 400 + textBytes + messageBytes }
}

extension NodeDocument: DocumentRow {
  var textBytes: Int {
    let texts = [version, age, internalIP, osImage, kernelVersion, containerRuntime]
    return name.utf8.count + status.utf8.count + texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
      + roles.reduce(0) { $0 + $1.utf8.count + 3 }
      + conditions.reduce(0) { $0 + $1.type.utf8.count + $1.reason.utf8.count + 120 }
  }

  var messageBytes: Int { conditions.reduce(0) { $0 + $1.message.utf8.count } }

  mutating func shorten(_ budget: inout TextBudget) {
    for index in conditions.indices { budget.fit(&conditions[index].message) }
  }
}

/// A row with one message.
protocol MessageRow: DocumentRow {
  var namespace: String { get }
  var name: String { get }
  var reason: String { get }
  var message: String { get set }
  /// Its other texts.
  var otherTexts: [String?] { get }
}

extension MessageRow {
  var textBytes: Int {
    namespace.utf8.count + name.utf8.count + reason.utf8.count
      + otherTexts.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
  }
  var messageBytes: Int { message.utf8.count }
  mutating func shorten(_ budget: inout TextBudget) { budget.fit(&message) }
}

extension FluxObjectDocument: MessageRow {
  var otherTexts: [String?] { [revision, attemptedRevision] }
}

extension ImagePolicyDocument: MessageRow {
  var otherTexts: [String?] { [range, latest] + (running ?? []).flatMap { [$0.image, $0.workload] } }
  var size: Int { 400 + textBytes + messageBytes + (running ?? []).count * 32 }
}

extension ImageRepositoryDocument: MessageRow {
  var otherTexts: [String?] { [image] }
}

extension ImageAutomationDocument: MessageRow {
  var otherTexts: [String?] { [lastPushCommit] }
}

extension WorkloadDocument: MessageRow {
  var otherTexts: [String?] { images }
}

extension CertificateDocument: MessageRow {
  var otherTexts: [String?] { [] }
}

extension StackDocument: MessageRow {
  var otherTexts: [String?] { [lastUpdateState] }
}
