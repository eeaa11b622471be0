import GuardAPI
import GuardConnection
import Platform
import Synchronization

/// Follows the guard's changes in a thread while a client has subscriptions.
final class VerdictWatch: Sendable {
  private let client: DaemonClient
  private let changed: @Sendable (VerdictRecord) -> Void
  /// The number of the running thread; another number ends it.
  private let current = Mutex(0)

  /// - Parameter changed: gets the verdicts after each line of the guard, in the thread of the watch.
  init(client: DaemonClient, changed: @escaping @Sendable (VerdictRecord) -> Void) {
    self.client = client
    self.changed = changed
  }

  func start() throws(SystemError) {
    let serial = current.withLock { serial in
      serial += 1
      return serial
    }
    _ = try JoinableThread(name: "mcp-watch") { [self] in
      while isCurrent(serial) {
        follow(serial)
        guard isCurrent(serial) else { return }
        changed(.unreachable)
        Pause.sleep(.seconds(1))
      }
    }
  }

  func stop() { current.withLock { $0 += 1 } }

  private func isCurrent(_ serial: Int) -> Bool { current.withLock { $0 == serial } }

  /// Returns when the stream ends.
  private func follow(_ serial: Int) {
    do throws(ClientError) {
      var stream = try client.watch()
      while isCurrent(serial) {
        switch try stream.next(within: .seconds(1)) {
        case .quiet: continue
        case .ended: return
        case .line(let bytes):
          if let status = (try? DocumentCoding.decodeWatchLine(bytes))?.status {
            changed(VerdictRecord(status))
          }
        }
      }
    } catch {
      // The next attempt follows. The tools report the cause.
    }
  }
}
