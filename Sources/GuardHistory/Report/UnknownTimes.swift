package import GuardAPI
import GuardConnection
import GuardTypes
package import Health

// The times of a history in which the guard was not running. Nothing is known about them.
extension HistoryReading {
  /// - Parameters:
  ///   - history: the changes of `query`, perhaps of one cluster only.
  package func unknownTimes(of history: HistoryDocument, _ query: HistoryQuery, now: Timestamp)
    -> [Availability.Span]
  {
    guard let from = query.since, from < now else { return [] }
    // The start and the end of the guard belong to no cluster, and later entries show whether it ran until the end.
    var whole = query
    (whole.cluster, whole.events, whole.until) = (nil, [], nil)
    whole.limit = HistoryQuery.largestLimit
    var all = try? read(whole)
    if all?.truncated == true {
      whole.until = query.until
      all = try? read(whole)
    }
    guard var all else { return [] }
    all.knownSince = history.knownSince
    let before = try? read(HistoryQuery(until: from, limit: 1)).events.last
    let isRunning = folder != nil || !isAway
    let roundTrips = folder == nil && isRunning ? try? client.roundTrips() : nil
    let slot = Duration.seconds(roundTrips?.slotSeconds ?? 0)
    let signs = (roundTrips?.clusters.flatMap(\.slots) ?? []).map { $0.at + slot }.sorted()
    return all.unknownTimes(
      from: from, to: min(query.until ?? now, now), before: before, signs: signs,
      endsAt: isRunning ? nil : now)
  }

  /// True if no guard answers at the socket.
  private var isAway: Bool {
    do throws(ClientError) {
      _ = try client.exchange(.healthz)
      return false
    } catch {
      guard case .unreachable = error else { return false }
      return error.isTransient
    }
  }
}

extension HistoryDocument {
  /// A restart takes less time, and a poll misses nothing in it.
  private static let restart: Duration = .seconds(30)

  /// - Parameters:
  ///   - before: the last change before `from`; nil if that is unknown.
  ///   - signs: other times at which the guard was running, oldest first.
  ///   - end: the present if no guard is running; otherwise nil.
  package func unknownTimes(
    from: Timestamp, to: Timestamp, before: ChangeDocument?, signs: [Timestamp] = [], endsAt end: Timestamp?
  ) -> [Availability.Span] {
    let last = max(to, end ?? to, events.last?.at ?? to)
    var known = ReportFacts.known(events, before: before, signs, self, from: from, to: last)
    if let end {
      // It ended without an event after its last sign of activity.
      let heard = [events.last?.at, before?.at, signs.last].compactMap(\.self).max() ?? from
      var away = Availability()
      away.append(.up, from: from, to: max(from, heard))
      away.append(.unknown, from: max(from, heard), to: end)
      known = known.masked(by: away)
    }
    // The page says by itself since when the history is known.
    let begin = (truncated ? events.first?.at : knownSince) ?? from
    return known.spans.filter { $0.state == .unknown && $0.to > begin && $0.from < to }
      .map { Availability.Span(from: max($0.from, begin), to: min($0.to, to), state: .unknown) }
      .filter { $0.to - $0.from >= HistoryDocument.restart }
  }
}
