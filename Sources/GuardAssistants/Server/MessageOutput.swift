import Glibc
import GuardAPI
import GuardConnection
import GuardTerminal
import Platform
import Synchronization

/// Writes messages to standard output, one per line, from a thread of its own: a client that does not read must not delay
/// the reading of its cancellations and of its end.
final class MessageOutput: Sendable {
  /// The bytes that may wait. A client that leaves more unread has stopped to read.
  private static let limit = 64 << 20

  private struct State {
    var waiting: [String] = []
    var bytes = 0
    var isWriting = false
  }

  private let state = Mutex(State())
  private let wakeup: WakeupEvent

  /// Starts the thread.
  init() throws(SystemError) {
    let wakeup = try WakeupEvent()
    self.wakeup = wakeup
    _ = try JoinableThread(name: "mcp-output") { [self] in
      while true {
        write()
        var entry = pollfd(fd: wakeup.raw, events: Int16(POLLIN), revents: 0)
        poll(&entry, 1, -1)
        wakeup.clear()
      }
    }
  }

  /// Queues a message. Any thread may call it; the order is kept.
  func send(_ message: JSONValue) {
    let line = message.line + "\n"
    let isFull = state.withLock { state in
      state.waiting.append(line)
      state.bytes += line.utf8.count
      return state.bytes > MessageOutput.limit
    }
    guard !isFull else {
      StandardOutput.writeError("oceanid-ctl: the client does not read its answers\n")
      exit(ExitStatus.unavailable.rawValue)
    }
    wakeup.signal()
  }

  /// Waits until everything is written, or until the time is over.
  func drain(within limit: Duration) {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end, state.withLock({ $0.isWriting || !$0.waiting.isEmpty }) {
      Pause.sleep(.milliseconds(2))
    }
  }

  private func write() {
    while true {
      let lines = state.withLock { state in
        defer {
          state.isWriting = !state.waiting.isEmpty
          state.waiting = []
        }
        return state.waiting
      }
      guard !lines.isEmpty else { return }
      let text = lines.joined()
      // Without a reader there is no client, which is the usual end.
      guard StandardOutput.write(text) else { exit(ExitStatus.healthy.rawValue) }
      state.withLock { $0.bytes -= text.utf8.count }
    }
  }
}
