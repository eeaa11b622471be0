internal import Dispatch
internal import GuardAPI
internal import GuardJournal
internal import Health
internal import Platform
internal import Synchronization
internal import Systemd
internal import Tunnel

/// Detects events that concern all tunnels: the network changed, or the machine slept.
///
/// It has no timer of its own; an existing timer calls `look`.
final class MachineHints: Sendable {
  private struct State {
    var meter = GapDetector(.now)
    /// The time when logind last announced a sleep; nil once the end of that sleep is reported.
    var announced: MonotonicTime?
  }

  private let state = Mutex(State())
  private let log: any EventLog
  private let hand: @Sendable (SystemChange) -> Void
  private let network: NetworkChangeSource?
  private let sleep: Mutex<SleepSignal?> = Mutex(nil)

  /// - Parameters:
  ///   - queue: the queue for network changes.
  ///   - hand: passes a change to every tunnel; called from any thread.
  init(queue: DispatchQueue, log: any EventLog, hand: @escaping @Sendable (SystemChange) -> Void) {
    self.log = log
    self.hand = hand
    do throws(SystemError) {
      self.network = try NetworkChangeSource(on: queue) { change in
        switch change {
        case .pathAdded: hand(.networkChanged)
        case .addressRemoved: hand(.addressRemoved)
        }
      }
    } catch {
      self.network = nil
      log.write(
        LogRecord(
          nil, "network changes cannot be observed: \(error); a retry does not start earlier after one",
          priority: .info, remedy: "allow AF_NETLINK in RestrictAddressFamilies= of the unit"))
    }
    sleep.withLock { $0 = SleepSignal { [weak self] in self?.record($0) } }
  }

  /// Checks whether the machine slept since the last check.
  func check() { _ = reportSleep() }

  private func record(_ phase: SleepSignal.Phase) {
    switch phase {
    case .aboutToSleep:
      _ = reportSleep()
      state.withLock { $0.announced = $0.meter.last.awake }
      log.write(LogRecord(.slept, "the machine is about to sleep", subject: "machine"))
    case .awake:
      guard !reportSleep() else { return }
      // The sleep was too short to be measured, or a regular check has reported it already.
      let announced = state.withLock { $0.announced.take() }
      if announced != nil { log.write(MachineHints.shortSleep) }
      hand(announced.map { .resumed(lastAwake: $0) } ?? .networkChanged)
    }
  }

  /// - Returns: false if the machine did not sleep since the last check.
  private func reportSleep() -> Bool {
    let slept = state.withLock { state -> (Duration, MonotonicTime)? in
      let lastAwake = state.meter.last.awake
      guard case .slept(let duration) = state.meter.gap(at: .now) else { return nil }
      state.announced = nil
      return (duration, lastAwake)
    }
    guard let (duration, lastAwake) = slept else { return false }
    log.write(MachineHints.record(asleep: duration))
    hand(.resumed(lastAwake: lastAwake))
    return true
  }

  static func record(asleep duration: Duration) -> LogRecord {
    LogRecord(
      .resumed, "resumed after \(words(duration)) asleep", subject: "machine", from: "asleep",
      to: "awake",
      extra: [.asleepSeconds: "\(duration.components.seconds)"])
  }

  /// The entry that follows the announcement of a very short sleep.
  private static var shortSleep: LogRecord {
    LogRecord(
      .resumed, "resumed after a sleep too short to measure", subject: "machine", from: "asleep",
      to: "awake")
  }

  /// `3 h 2 min`, `2 min 5 s`, `40 s`
  static func words(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    if hours > 0 { return "\(hours) h \(minutes) min" }
    return minutes > 0 ? "\(minutes) min \(seconds % 60) s" : "\(seconds) s"
  }
}
