import FoundationEssentials
import Glibc
import GuardAPI
import GuardConnection
import Health
import Platform
import Synchronization

/// Follows the guard's stream of changes with one connection for all tabs, and keeps the latest documents for the page.
///
/// It connects again for as long as the program runs, so that the page survives restarts of the guard.
final class GuardFeed: Sendable {
  /// The events that a new or waiting tab gets.
  struct Snapshot: Sendable {
    let version: Int
    /// The last status, and why it is old, if it is.
    let frames: [EventFrame]
  }

  private struct State {
    var version = 0
    var changes = 0
    var status: [UInt8]?
    var silence: [UInt8]?
    var isStopped = false
    var listeners: [Int: WakeupEvent] = [:]
    var nextListener = 0
  }

  /// Lines that arrive within this time become one event, because each has a whole document.
  private static let gathering: Duration = .milliseconds(20)
  /// The longest delay of an event by further lines.
  private static let timeLimit: Duration = .milliseconds(200)
  private static let pauseAfterLoss: Duration = .milliseconds(250)

  private let client: DaemonClient
  private let content: any PageContent
  private let state = Mutex(State())

  init(client: DaemonClient, content: any PageContent) {
    self.client = client
    self.content = content
  }

  /// Runs until `stop`, in its own thread.
  func run() {
    while !isStopped {
      do { try follow() } catch { publishSilence(error) }
      if !isStopped { pause() }
    }
  }

  func stop() {
    state.withLock { state in
      state.isStopped = true
      for listener in state.listeners.values { listener.signal() }
    }
  }

  var isStopped: Bool { state.withLock { $0.isStopped } }

  var snapshot: Snapshot {
    state.withLock { state in
      let frames = [(EventFrame.Kind.status, state.status), (.silence, state.silence)].compactMap {
        kind, data in
        data.map { EventFrame(kind: kind, changes: state.changes, data: $0) }
      }
      return Snapshot(version: state.version, frames: frames)
    }
  }

  /// Signals `event` after every change until `unsubscribe`.
  func subscribe(_ event: WakeupEvent) -> Int {
    state.withLock { state in
      state.nextListener += 1
      state.listeners[state.nextListener] = event
      return state.nextListener
    }
  }

  func unsubscribe(_ number: Int) { state.withLock { _ = $0.listeners.removeValue(forKey: number) } }

  private func follow() throws {
    var stream = try client.watch()
    while !isStopped {
      guard let line = try nextLine(&stream, within: .milliseconds(250)) else { continue }
      var (status, changes) = GuardFeed.parts(line)
      let deadline = ContinuousClock.now + GuardFeed.timeLimit
      while ContinuousClock.now < deadline, let more = try nextLine(&stream, within: GuardFeed.gathering) {
        let (newer, count) = GuardFeed.parts(more)
        status = newer ?? status
        changes += count
      }
      try publish(status, changes)
    }
  }

  private func nextLine(_ stream: inout WatchStream, within time: Duration) throws -> WatchLine? {
    switch try stream.next(within: time) {
    case .line(let bytes):
      do { return try DocumentCoding.decodeWatchLine(bytes) } catch { throw ClientError.document(error) }
    case .quiet: return nil
    case .ended:
      let error = UnixStreamError(operation: .read, errno: ECONNRESET, path: client.socket.path)
      throw ClientError.unreachable(client.socket, error)
    }
  }

  private static func parts(_ line: WatchLine) -> (StatusDocument?, changes: Int) {
    if case .change = line { return (line.status, 1) }
    return (line.status, 0)
  }

  private func publish(_ status: StatusDocument?, _ changes: Int) throws {
    let data = try status.map { try content.status($0) }
    publish { state in
      if let data { state.status = Array(data) }
      state.changes += changes
      // A line without a document proves that the guard runs, but not that the kept status is current.
      if data != nil { state.silence = nil }
    }
  }

  private func publishSilence(_ error: any Error) {
    let words = SilenceDocument(error)
    guard let data = try? DocumentCoding.encode(words) else { return }
    publish { state in
      guard state.silence != Array(data) else { return }
      state.silence = Array(data)
    }
  }

  private func publish(_ change: (inout State) -> Void) {
    state.withLock { state in
      let before = (state.status, state.silence, state.changes)
      change(&state)
      guard before != (state.status, state.silence, state.changes) else { return }
      state.version += 1
      for listener in state.listeners.values { listener.signal() }
    }
  }

  private func pause() {
    let end = ContinuousClock.now + GuardFeed.pauseAfterLoss
    while !isStopped, ContinuousClock.now < end { usleep(20_000) }
  }
}
