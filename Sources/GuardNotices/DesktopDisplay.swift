import Glibc
import GuardConnection
import SessionBus

/// Shows notices through the notification server of the user's session.
final class DesktopDisplay: NoticeDisplay {
  private var server: NotificationServer?

  func open() throws(BusError) {
    if server == nil { server = try NotificationServer() }
  }

  func screen() throws(BusError) -> String? {
    guard server != nil else { return nil }
    return try with { server throws(BusError) in try server.identity() }
  }

  func show(_ notice: Notice, replacing replaced: UInt32?) throws(BusError) -> UInt32 {
    try with { server throws(BusError) in
      try server.notify(.init(notice), replacing: replaced ?? 0)
    }
  }

  func close(_ number: UInt32) throws(BusError) {
    try with { server throws(BusError) in try server.close(number) }
  }

  func events() throws(BusError) -> [NotificationServer.Event] {
    guard server != nil else { return [] }
    return try with { server throws(BusError) in try server.events() }
  }

  var wakes: pollfd? { server.map { pollfd(fd: $0.raw, events: $0.interest, revents: 0) } }

  var isAbandoned: Bool { false }

  /// Drops a closed connection; `open` creates the next one.
  private func with<Result>(
    _ body: (NotificationServer) throws(BusError) -> Result
  ) throws(BusError) -> Result {
    guard let server else { throw .disconnected }
    do throws(BusError) {
      return try body(server)
    } catch {
      if error.endsConnection { self.server = nil }
      throw error
    }
  }
}

extension NotificationServer.Notification {
  init(_ notice: Notice) {
    let (icon, urgency, expiry): (String, Urgency, Int32) =
      switch notice.urgency {
      // Icon names from the freedesktop Icon Naming Specification.
      case .low: ("dialog-information", .low, 10_000)
      case .warning: ("dialog-warning", .normal, -1)
      // The notification stays until the incident ends or the user closes it.
      case .critical: ("dialog-error", .critical, 0)
      }
    self.init(
      application: "Oceanid Guard", icon: icon, summary: notice.summary, body: notice.body, urgency: urgency,
      category: notice.category.rawValue, desktopEntry: "oceanid-notify",
      isTransient: notice.category == .over, expiry: expiry)
  }
}
