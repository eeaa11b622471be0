internal import GuardAPI
internal import GuardConfiguration
internal import Health
internal import IncidentTracking

/// Publishes to an ntfy topic as JSON (docs.ntfy.sh/publish, "Publish as JSON"), because titles in headers
/// must be ASCII.
struct NtfyChannel: DeliveryChannel {
  /// Its URL names the topic. Messages are posted to the same URL without the topic.
  let sender: HTTPSender

  private struct Message: Encodable {
    let topic: String
    let title: String
    let message: String
    /// From 1 to 5; 5 is urgent, 3 is the default.
    let priority: Int
    /// Emoji names.
    let tags: [String]
  }

  /// ntfy turns a message of more than 4096 bytes into an attachment. The rest is room for what it adds.
  private static let longestMessage = 3500

  var description: String { sender.description }

  func deliver(
    _ notice: IncidentNotice, at now: Timestamp, isCancelled: () -> Bool
  ) throws(DeliveryError) {
    guard let (parent, topic) = try sender.address().leaf else {
      throw DeliveryError(
        .refused, "the address of \(sender.channel) has no topic",
        remedy: "use an address such as https://ntfy.sh/TOPIC")
    }
    let text = NoticeText(notice)
    let message = Message(
      topic: topic, title: text.headline, message: text.body.limited(to: NtfyChannel.longestMessage),
      priority: NtfyChannel.priority(text), tags: [NtfyChannel.tag(text)])
    try sender.post(
      HTTPSender.json(message), type: "application/json", to: parent, isCancelled: isCancelled)
  }

  static func priority(_ text: NoticeText) -> Int {
    if text.isOver { return 2 }
    let priority = text.severity == .critical ? 5 : 3
    return text.isReminder ? priority - 1 : priority
  }

  private static func tag(_ text: NoticeText) -> String {
    if text.isOver { return "white_check_mark" }
    return text.severity == .critical ? "rotating_light" : "warning"
  }
}
