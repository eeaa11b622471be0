internal import Redaction

/// The maximum sizes in bytes of the texts that are stored of one object.
///
/// A cluster may have thousands of objects with long texts. The limits become smaller while a list is read, so that the
/// texts of all of its objects fit in the memory of the guard.
struct TextLimits: Hashable, Sendable {
  /// Of a condition's message, and of all finalizers together.
  var message = redactedTextLimit
  /// Of a condition's type. The schema of metav1.Condition permits 316.
  var type = 316
  /// Of a condition's reason, which is one word.
  var reason = redactedTextLimit
  /// The number of conditions.
  var conditions = 64

  /// Of a list of names: images, label values.
  static let list = 8 << 10

  /// One line of each message.
  static let line = 160

  /// The limits after the list's budget for long texts is used up.
  mutating func shortenMessages() {
    message = min(message, TextLimits.line)
    reason = min(reason, TextLimits.line)
  }

  /// The limits after the list's budget for all texts is used up.
  mutating func shortenAll() {
    shortenMessages()
    (type, reason, conditions) = (63, 63, 12)
  }
}
