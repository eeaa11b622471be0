internal import Platform

/// Decides which session carries the next connection, and when to open a further one. Pure.
enum Placement {
  /// A session carries this many connections before another thread is useful.
  static let clientStep = 16
  /// The traffic of new connections is not known yet. A session with this many of them is not free of bulk for sure.
  static let recentClients = 4
  /// A session gets this many connections of a burst before the others wait for a further session.
  static let startsPerSession = 2

  /// The session for the next connection: one that is free of bulk, if there is one; then the one with the fewest
  /// connections that carry bulk or may do so; then the one with the fewest connections, and the lowest index. nil if all
  /// of them are stuck.
  ///
  /// - Parameter expectsBulk: the connection belongs to a burst of bulk, which is spread over all sessions.
  static func choose(among loads: [SessionLoad.Reading], expectsBulk: Bool) -> Int? {
    func rank(_ index: Int) -> (Int, Int, Int, Int) {
      let load = loads[index]
      let isFree = expectsBulk || (load.bulk == 0 && load.recentClients < recentClients)
      return (isFree ? 0 : 1, load.streams, load.clients / clientStep, index)
    }
    return loads.indices.filter { !loads[$0].isStuck }.min { rank($0) < rank($1) }
  }

  /// True if a further session should be opened, so that one is free of bulk for small requests. At most `limit`
  /// sessions carry bulk; if it is above 1, one more may exist for small requests. Twice as many may exist if some are
  /// stuck.
  static func wantsAnother(_ loads: [SessionLoad.Reading], limit: Int) -> Bool {
    let limit = limit > 1 ? limit + 1 : limit
    return loads.allSatisfy(\.isBusy) && loads.count { !$0.isStuck } < limit && loads.count < 2 * limit
  }

  /// The number of further sessions that a burst of bulk needs.
  ///
  /// - Parameter waiting: the connections of the burst that no session serves yet.
  static func sessionsWanted(by waiting: Int, _ loads: [SessionLoad.Reading], limit: Int) -> Int {
    let working = loads.filter { !$0.isStuck }
    let streams = working.reduce(waiting) { $0 + $1.streams }
    let wanted = min(limit, (streams + startsPerSession - 1) / startsPerSession)
    return max(0, min(wanted - working.count, 2 * limit - loads.count))
  }
}

/// Decides whether connections that start at the same time wait for further sessions. A connection stays on its session,
/// so the first ones show whether they are bulk before the others are placed. Pure.
struct StartBurst {
  typealias Instant = MonotonicTime

  /// Few connections that move this many bytes at once are bulk.
  static let proof = 256 << 10
  /// Connections that move this many bytes within a watch are watched for longer.
  static let clue = 64 << 10
  /// How long to wait for the proof after the last answer to an open, at least. On a long path it takes more.
  static let shortestWatch: Duration = .milliseconds(20)
  static let longestWatch: Duration = .seconds(1)
  /// A request, its answer, and the start of the stream.
  static let roundTrips = 3
  /// How long connections wait for a session that is being opened.
  static let timeLimit: Duration = .seconds(2)
  /// After connections that were no bulk, the next ones do not wait.
  static let trust: Duration = .seconds(1)

  private struct Watched {
    let since: Instant
    var until: Instant
    /// The bytes carried before the watch, and at its last extension.
    let before: Int
    var extended: Int
  }

  private enum Phase {
    case none
    case watching(Watched)
    case proven(until: Instant)
    case trusted(until: Instant)
  }

  private var phase = Phase.none

  /// The time at which `holds` is due again; nil if no connection waits.
  var deadline: Instant? {
    switch phase {
    case .none, .trusted: nil
    case .watching(let watched): watched.until
    case .proven(let until): until
    }
  }

  /// True if the connections are bulk.
  func isProven(_ now: Instant) -> Bool {
    if case .proven(let until) = phase { now < until } else { false }
  }

  /// True if the next connection should wait.
  ///
  /// - Parameters:
  ///   - carried: the bytes that all sessions have carried until now.
  ///   - isOpening: the server has not answered every open.
  ///   - roundTrip: the response time of the server; nil if it is not known.
  mutating func holds(carried: Int, isOpening: Bool, roundTrip: Duration?, _ now: Instant) -> Bool {
    let pause = min(
      StartBurst.longestWatch, max(StartBurst.shortestWatch, (roundTrip ?? .zero) * StartBurst.roundTrips))
    switch phase {
    case .watching(var watched):
      if carried - watched.before >= StartBurst.proof {
        phase = .proven(until: now + StartBurst.timeLimit)
        return true
      }
      let isLong = now - watched.since >= StartBurst.longestWatch
      if !isLong, isOpening || now >= watched.until,
        isOpening || carried - watched.extended >= StartBurst.clue
      {
        if !isOpening { watched.extended = carried }
        watched.until = min(now + pause, watched.since + StartBurst.longestWatch)
        phase = .watching(watched)
      }
      if !isLong, now < watched.until { return true }
      phase = .trusted(until: now + StartBurst.trust)
      return false
    case .proven(let until):
      if now < until { return true }
      phase = .trusted(until: now + StartBurst.trust)
      return false
    case .trusted(let until) where now < until: return false
    case .none, .trusted:
      phase = .watching(Watched(since: now, until: now + pause, before: carried, extended: carried))
      return true
    }
  }

  /// No connection waits any more.
  mutating func release(_ now: Instant) {
    switch phase {
    // A connection of the burst has ended early, so it was not a bulk.
    case .watching: phase = .trusted(until: now + StartBurst.trust)
    case .proven(let until) where now >= until: phase = .none
    case .proven, .none, .trusted: break
    }
  }
}
