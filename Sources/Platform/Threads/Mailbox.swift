internal import Synchronization

/// A queue of messages for one thread. Any thread may post; the owner collects when its event is signaled.
package final class Mailbox<Message: Sendable>: Sendable {
  private let messages = Mutex<[Message]>([])
  package let wakeup: WakeupEvent

  package init() throws(SystemError) {
    self.wakeup = try WakeupEvent()
  }

  package func post(_ message: Message) {
    messages.withLock { $0.append(message) }
    wakeup.signal()
  }

  package func collect() -> [Message] {
    wakeup.clear()
    return messages.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }
}
