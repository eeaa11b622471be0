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

/// A row with one message.
protocol MessageRow: DocumentRow {
  var namespace: String { get }
  var name: String { get }
  var reason: String { get }
  var message: String { get set }
  /// Its other texts, each of which counts in its size.
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
