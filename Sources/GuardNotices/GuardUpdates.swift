import GuardAPI
import GuardConnection

/// Receives the guard's changes over a connection that is reopened when it is lost. Use it from one thread.
final class GuardUpdates {
  enum Update {
    /// A connection was opened; the document contains the current state.
    case current(IncidentsDocument)
    case clusters([String])
    case change(ChangeDocument)
    case lost(ClientError)
  }

  private let client: DaemonClient
  private var stream: WatchStream?
  private var pause: Duration = firstPause
  /// Time of the next connection attempt; not used while connected.
  private(set) var nextAttempt = ContinuousClock.now

  private static let firstPause: Duration = .seconds(1)
  private static let lastPause: Duration = .seconds(10)

  init(client: DaemonClient) { self.client = client }

  /// The descriptor to poll before `read`; nil without a connection.
  var raw: Int32? { stream?.raw }

  /// Returns the received updates, oldest first. Opens a connection if an attempt is due, which takes a few
  /// seconds if the guard hangs.
  func read(at now: ContinuousClock.Instant) -> [Update] {
    var updates: [Update] = []
    do throws(ClientError) {
      if stream == nil {
        guard now >= nextAttempt else { return [] }
        // Open the stream before reading the document: a change in between is then reported twice instead of missed.
        stream = try client.watch()
        updates.append(.current(try client.incidents()))
        pause = GuardUpdates.firstPause
      }
      while let line = try line() {
        switch line {
        case .snapshot(let status): updates.append(.clusters(status.clusters.map(\.name)))
        case .change(let change, _):
          updates.append(.change(change))
          // The change of a silence does not list the incidents that it suppresses.
          if change.kind == .silenceBegun || change.kind == .silenceEnded {
            updates.append(.current(try client.incidents()))
          }
        case .heartbeat, .other: break
        }
      }
    } catch {
      stream = nil
      nextAttempt = now + pause
      pause = min(pause * 2, GuardUpdates.lastPause)
      updates.append(.lost(error))
    }
    return updates
  }

  /// The next line; nil if none is available now.
  private func line() throws(ClientError) -> WatchLine? {
    switch try stream?.next(within: .zero) {
    case .line(let bytes)?:
      do { return try DocumentCoding.decodeWatchLine(bytes) } catch { throw .document(error) }
    case .quiet?, nil: return nil
    case .ended?: throw .unreadable(client.socket, .truncated)
    }
  }
}
