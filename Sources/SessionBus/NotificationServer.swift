/// Who shows notices on this user's desktop: org.freedesktop.Notifications on the session bus (Desktop Notifications
/// Specification 1.2). Use it from one thread; closes itself.
package final class NotificationServer {
  /// What Notify is called with.
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
    /// Plain text; becomes markup where the server reads markup.
    package var body: String
    package var urgency: Urgency
    package var category: String
    /// The desktop file's name, without its ending.
    package var desktopEntry: String
    /// Kept in no list of past notifications.
    package var isTransient: Bool
    /// Milliseconds; 0: never, -1: as long as the server thinks fit.
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
    /// A notification is on the screen no more: it expired, or somebody closed it.
    case closed(UInt32)
    /// A notification that a server was too slow to tell the number of in time.
    case late(UInt32)
    /// The server ended, and what it showed with it.
    case left
    /// A server is there.
    case came
  }

  private static let name = "org.freedesktop.Notifications"
  private static let bus = "org.freedesktop.DBus"

  private let connection: SessionBus
  /// Of the server that is there now; nil: not asked yet.
  private var capabilities: Set<String>?
  private var knownIdentity: String?

  /// Connects to the session's bus; whether a server is there is seen with the first call.
  package init() throws(BusError) {
    connection = try SessionBus()
    try connection.listen(
      "type='signal',sender='\(NotificationServer.name)',interface='\(NotificationServer.name)',member='NotificationClosed'"
    )
    try connection.listen(
      "type='signal',sender='\(NotificationServer.bus)',interface='\(NotificationServer.bus)',member='NameOwnerChanged',arg0='\(NotificationServer.name)'"
    )
  }

  /// To wait on with poll(2), for `events` of poll(2).
  package var raw: Int32 { connection.raw }
  package var interest: Int16 { connection.events }

  /// Tells this server from every other, on this bus and on others; nil: there is none, and none is started.
  package func identity() throws(BusError) -> String? {
    if let knownIdentity { return knownIdentity }
    func ask(_ member: String, _ arguments: [BusValue] = []) throws(BusError) -> String? {
      try connection.call(
        SessionBus.Method(
          destination: NotificationServer.bus, path: "/org/freedesktop/DBus",
          interface: NotificationServer.bus, member: member), arguments
      ).string()
    }
    do throws(BusError) {
      guard let bus = try ask("GetId"),
        let owner = try ask("GetNameOwner", [.string(NotificationServer.name)])
      else { return nil }
      knownIdentity = "\(bus) \(owner)"
    } catch .nobody {
      return nil
    }
    return knownIdentity
  }

  /// Shows a notification, or puts it in another's place.
  ///
  /// - Parameter replaced: 0: none.
  /// - Returns: its number; with the first call the server may have been started.
  package func notify(_ notification: Notification, replacing replaced: UInt32 = 0) throws(BusError)
    -> UInt32
  {
    let capabilities = try knownCapabilities()
    var body = capabilities.contains("body") ? notification.body : ""
    if capabilities.contains("body-markup") { body = NotificationServer.escaped(body) }
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
      throw .refused(call: "Notify", name: "no number", message: "the answer holds no notification's number")
    }
    return id
  }

  /// Takes a notification off the screen; one that is not there is no error.
  package func close(_ id: UInt32) throws(BusError) {
    do throws(BusError) {
      _ = try call("CloseNotification", [.uint32(id)])
    } catch .refused {
      // "If the notification no longer exists, an empty D-BUS Error message is sent back."
    }
  }

  /// What has happened since the last time. Never waits.
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
        if !before.isEmpty { events.append(.left) }
        if !after.isEmpty { events.append(.came) }
      } else if message.isAnswer, let id = message.uint32() {
        // Only Notify answers with a number.
        events.append(.late(id))
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

  /// Text as markup: the specification's body is a small XML.
  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.append(character)
      }
    }
  }
}
