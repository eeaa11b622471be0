import Glibc
import SessionBus

/// Where notices are shown. Used from one thread.
protocol NoticeDisplay: AnyObject {
  /// Connects where it is not; to be called again after a while when it throws.
  func open() throws(BusError)

  /// Which screen it is; nil: nothing stays on it, or it is not known yet.
  func screen() throws(BusError) -> String?

  /// - Parameter replaced: the number of the one whose place it takes.
  /// - Returns: its number.
  func show(_ notice: Notice, replacing replaced: UInt32?) throws(BusError) -> UInt32

  func close(_ number: UInt32) throws(BusError)

  /// What has happened since the last time. Never waits.
  func events() throws(BusError) -> [NotificationServer.Event]

  /// Becomes ready when there may be events; nil: there are none.
  var wakes: pollfd? { get }

  /// Nobody looks any more, for good.
  var isAbandoned: Bool { get }
}
