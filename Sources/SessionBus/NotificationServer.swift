internal import GuardTypes

/// The desktop's notification server, org.freedesktop.Notifications on the session bus (Desktop Notifications
/// Specification 1.2). Use it from one thread; deinit closes the connection.
package final class NotificationServer {
  /// The arguments of Notify.
  package struct Notification: Hashable, Sendable {
    package enum Urgency: UInt8, Sendable {
      case low = 0
      case normal = 1
      case critical = 2
    }

    package var application: String
    package var icon: String
    /// Plain text, one line.
    package var summary: String
    /// Plain text; escaped if the server supports markup.
    package var body: String
    package var urgency: Urgency
    package var category: String
    /// The name of the desktop file, without its suffix.
    package var desktopEntry: String
    /// True to keep it out of the notification history.
    package var isTransient: Bool
    /// The time in milliseconds; 0 for never, -1 for the server's default.
    package var expiry: Int32

    package init(
      application: String, icon: String, summary: String, body: String, urgency: Urgency, category: String,
      desktopEntry: String, isTransient: Bool, expiry: Int32
    ) {
      self.application = application
      self.icon = icon
      self.summary = summary
      self.body = body
      self.urgency = urgency
      self.category = category
      self.desktopEntry = desktopEntry
      self.isTransient = isTransient
      self.expiry = expiry
    }
  }

  package enum Event: Hashable, Sendable {
    /// The notification was removed, because it expired or the user closed it.
    case closed(UInt32)
    /// The id of a notification, from a reply that arrived after the timeout.
    case lateReply(UInt32)
    /// The server exited, and its notifications disappeared.
    case serverExited
    /// A server appeared.
    case serverAppeared
  }

  private static let name = "org.freedesktop.Notifications"
  private static let bus = "org.freedesktop.DBus"

  private let connection: SessionBus
  /// The capabilities of the current server; nil before they are requested.
  private var capabilities: Set<String>?
  private var knownIdentity: String?

  /// Connects to the session bus. The first call shows whether a server exists.
  package init() throws(BusError) {
    connection = try SessionBus()
    try connection.subscribe(
      "type='signal',sender='\(NotificationServer.name)',interface='\(NotificationServer.name)',member='NotificationClosed'"
    )
    try connection.subscribe(
      "type='signal',sender='\(NotificationServer.bus)',interface='\(NotificationServer.bus)',member='NameOwnerChanged',arg0='\(NotificationServer.name)'"
    )
  }

  /// The raw descriptor, for poll(2) with `events`.
  package var raw: Int32 { connection.raw }
  package var interest: Int16 { connection.events }

  /// Identifies this server across buses; nil if there is none. Does not start one.
  package func identity() throws(BusError) -> String? {
    if let knownIdentity { return knownIdentity }
    func query(_ member: String, _ arguments: [BusValue] = []) throws(BusError) -> String? {
      try connection.call(
        SessionBus.Method(
          destination: NotificationServer.bus, path: "/org/freedesktop/DBus",
          interface: NotificationServer.bus, member: member), arguments
      ).string()
    }
    do throws(BusError) {
      guard let bus = try query("GetId"),
        let owner = try query("GetNameOwner", [.string(NotificationServer.name)])
      else { return nil }
      knownIdentity = "\(bus) \(owner)"
    } catch .noOwner {
      return nil
    }
    return knownIdentity
  }

  /// Shows a notification or replaces one.
  ///
  /// - Parameter replaced: the id to replace; 0 for none.
  /// - Returns: its id. The first call may start the server.
  package func notify(_ notification: Notification, replacing replaced: UInt32 = 0) throws(BusError)
    -> UInt32
  {
    let capabilities = try knownCapabilities()
    var body = capabilities.contains("body") ? notification.body : ""
    if capabilities.contains("body-markup") { body = body.xmlEscaped }
    let answer = try call(
      "Notify",
      [
        .string(notification.application), .uint32(replaced), .string(notification.icon),
        .string(notification.summary), .string(body), .strings([]),
        .dictionary([
          "urgency": .byte(notification.urgency.rawValue), "category": .string(notification.category),
          "desktop-entry": .string(notification.desktopEntry), "transient": .bool(notification.isTransient),
        ]), .int32(notification.expiry),
      ])
    guard let id = answer.uint32(), id > 0 else {
      throw .refused(call: "Notify", name: "no id", message: "the reply contains no notification id")
    }
    return id
  }

  /// Removes a notification. It is not an error if it is already gone.
  package func close(_ id: UInt32) throws(BusError) {
    do throws(BusError) {
      _ = try call("CloseNotification", [.uint32(id)])
    } catch .refused {
      // Some servers then return an error: "If the notification no longer exists, an empty D-BUS Error message is
      // sent back."
    }
  }

  /// The events since the last call. Does not wait.
  package func events() throws(BusError) -> [Event] {
    var events: [Event] = []
    while let message = try connection.next() {
      if message.isSignal(NotificationServer.name, "NotificationClosed") {
        if let id = message.uint32() { events.append(.closed(id)) }
      } else if message.isSignal(NotificationServer.bus, "NameOwnerChanged"),
        message.string() == NotificationServer.name, let before = message.string(),
        let after = message.string()
      {
        capabilities = nil
        knownIdentity = nil
        if !before.isEmpty { events.append(.serverExited) }
        if !after.isEmpty { events.append(.serverAppeared) }
      } else if message.isAnswer, let id = message.uint32() {
        // Only the reply to Notify contains an id.
        events.append(.lateReply(id))
      }
    }
    return events
  }

  private func knownCapabilities() throws(BusError) -> Set<String> {
    if let capabilities { return capabilities }
    let known = Set(try call("GetCapabilities", []).strings() ?? [])
    capabilities = known
    return known
  }

  private func call(_ member: String, _ arguments: [BusValue]) throws(BusError) -> BusMessage {
    try connection.call(
      SessionBus.Method(
        destination: NotificationServer.name, path: "/org/freedesktop/Notifications",
        interface: NotificationServer.name, member: member), arguments)
  }
}
