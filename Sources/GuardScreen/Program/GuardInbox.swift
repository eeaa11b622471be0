import GuardAPI
import GuardConnection
import Platform
import Synchronization

/// Messages from the guard that are not on the screen yet. It is bounded, because a terminal may block for hours.
final class GuardInbox: Sendable {
  struct Contents: Sendable {
    /// True if there is a stream, since the last error.
    var isConnected = false
    /// True if a line arrived.
    var hasContact = false
    /// The last document.
    var status: StatusDocument?
    /// The last changes, oldest first.
    var changes: [ChangeDocument] = []
    /// The reason why there is no stream.
    var loss: ClientError?
    var replies: [ScreenReply] = []
  }

  private let contents = Mutex(Contents())
  private let wakeup: WakeupEvent

  init() throws(SystemError) {
    wakeup = try WakeupEvent()
  }

  /// Readable when there are contents.
  var raw: Int32 { wakeup.raw }

  func connected() {
    contents.withLock { contents in
      contents.isConnected = true
    }
    wakeup.signal()
  }

  func receive(_ line: WatchLine) {
    contents.withLock { contents in
      contents.hasContact = true
      contents.loss = nil
      if let status = line.status { contents.status = status }
      if case .change(let change, _) = line {
        contents.changes = (contents.changes + [change]).suffix(ScreenState.changeLimit)
      }
    }
    wakeup.signal()
  }

  func lost(_ error: ClientError) {
    contents.withLock { contents in
      contents.loss = error
      contents.isConnected = false
    }
    wakeup.signal()
  }

  func receive(_ reply: ScreenReply) {
    contents.withLock { $0.replies.append(reply) }
    wakeup.signal()
  }

  func collect() -> Contents {
    wakeup.clear()
    return contents.withLock { contents in
      defer { contents = Contents() }
      return contents
    }
  }
}
