import Glibc
import GuardConnection
import SessionBus

/// An output for notices. Use it from one thread.
protocol NoticeDisplay: AnyObject {
  /// Connects if necessary. If it throws, call it again later.
  func open() throws(BusError)

  /// Identifies the server that shows the notices; nil if there is none or it is not known yet.
  func screen() throws(BusError) -> String?

  /// - Parameter replaced: the id of the notification to replace.
  /// - Returns: its id.
  func show(_ notice: Notice, replacing replaced: UInt32?) throws(BusError) -> UInt32

  func close(_ number: UInt32) throws(BusError)

  /// The events since the last call. Does not wait.
  func events() throws(BusError) -> [NotificationServer.Event]

  /// The descriptor that becomes ready when events may be available; nil if there can be none.
  var wakes: pollfd? { get }

  /// True if the reader of the output has gone permanently.
  var isAbandoned: Bool { get }
}
