internal import Synchronization

/// A queue of messages for one thread. Any thread may post; the owner collects when its event is signalled.
package final class Mailbox<Message: Sendable>: Sendable {
  private let messages = Mutex<[Message]>([])
  package let doorbell: Doorbell

  package init() throws(SystemError) {
    self.doorbell = try Doorbell()
  }

  package func post(_ message: Message) {
    messages.withLock { $0.append(message) }
    doorbell.ring()
  }

  package func collect() -> [Message] {
    doorbell.silence()
    return messages.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }
}
