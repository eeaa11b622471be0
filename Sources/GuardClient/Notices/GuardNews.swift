import GuardAPI

/// What the guard tells, over a connection that is made again whenever it is lost. Used from one thread.
final class GuardNews {
  enum News {
    /// A connection stands, and this is how things are.
    case stands(IncidentsDocument)
    case clusters([String])
    case change(ChangeDocument)
    case lost(ClientError)
  }

  private let client: DaemonClient
  private var stream: WatchStream?
  private var pause: Duration = firstPause
  /// When the next attempt is due; meaningless while there is a connection.
  private(set) var nextAttempt = ContinuousClock.now

  private static let firstPause: Duration = .seconds(1)
  private static let lastPause: Duration = .seconds(10)

  init(client: DaemonClient) { self.client = client }

  /// Readable: call `read`; nil while there is no connection.
  var raw: Int32? { stream?.raw }

  /// What has come, oldest first. Connects when that is due, which takes a few seconds where the guard hangs.
  func read(at now: ContinuousClock.Instant) -> [News] {
    var news: [News] = []
    do throws(ClientError) {
      if stream == nil {
        guard now >= nextAttempt else { return [] }
        // The stream first: what changes while the document is on its way is told twice, and not missed.
        stream = try client.watch()
        news.append(.stands(try client.incidents()))
        pause = GuardNews.firstPause
      }
      while let line = try line() {
        switch line {
        case .snapshot(let status): news.append(.clusters(status.clusters.map(\.name)))
        case .change(let change, _):
          news.append(.change(change))
          // A silence says nothing of the incidents that it holds back.
          if change.event.hasPrefix("silence_") { news.append(.stands(try client.incidents())) }
        case .heartbeat, .other: break
        }
      }
    } catch {
      stream = nil
      nextAttempt = now + pause
      pause = min(pause * 2, GuardNews.lastPause)
      news.append(.lost(error))
    }
    return news
  }

  /// nil: no line for now.
  private func line() throws(ClientError) -> WatchLine? {
    switch try stream?.next(within: .zero) {
    case .line(let bytes)?:
      do { return try DocumentCoding.decodeWatchLine(bytes) } catch { throw .document(error) }
    case .quiet?, nil: return nil
    case .ended?: throw .unreadable(client.socket, .truncated)
    }
  }
}
