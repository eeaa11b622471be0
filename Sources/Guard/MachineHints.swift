internal import Dispatch
internal import Health
internal import Platform
internal import Synchronization
internal import Systemd
internal import Tunnel

/// What the machine tells all tunnels: the network changed, or time passed in which nothing could run.
///
/// One a guard. Nothing in here wakes up while nothing happens; `look` rides on a timer that there is anyway.
final class MachineHints: Sendable {
  private let meter = Mutex(GapMeter(.now))
  private let log: any EventLog
  private let hand: @Sendable (Hint) -> Void
  private let network: NetworkNewsSource?
  private let sleep: Mutex<SleepSignal?> = Mutex(nil)

  /// - Parameters:
  ///   - queue: where `hand` is called for news of the network.
  ///   - hand: takes a hint to every tunnel; called from any thread.
  init(queue: DispatchQueue, log: any EventLog, hand: @escaping @Sendable (Hint) -> Void) {
    self.log = log
    self.hand = hand
    do throws(SystemError) {
      self.network = try NetworkNewsSource(on: queue) { hand(.networkChanged) }
    } catch {
      self.network = nil
      log.write(
        LogRecord(
          nil, "changes of the network can't be heard: \(error); waits are not cut short by them",
          priority: .info, remedy: "allow AF_NETLINK in RestrictAddressFamilies= of the unit"))
    }
    sleep.withLock { $0 = SleepSignal { [weak self] in self?.note($0) } }
  }

  /// Looks whether the machine slept since the last look.
  func look() {
    let (gap, lastAwake) = measure()
    if case .slept(let duration) = gap { tell(duration, lastAwake) }
  }

  private func note(_ phase: SleepSignal.Phase) {
    let (gap, lastAwake) = measure()
    switch phase {
    case .aboutToSleep:
      log.write(LogRecord(.slept, "the machine is about to sleep", subject: "machine"))
    case .awake:
      // The kernel may have been quicker, and `look` has told of this sleep; or it was too short to count.
      if case .slept(let duration) = gap {
        tell(duration, lastAwake)
      } else {
        hand(.resumed(lastAwake: lastAwake))
      }
    }
  }

  private func measure() -> (TimeGap?, lastAwake: SuspendingClock.Instant) {
    meter.withLock { meter in
      let lastAwake = meter.last.awake
      return (meter.gap(at: .now), lastAwake)
    }
  }

  private func tell(_ duration: Duration, _ lastAwake: SuspendingClock.Instant) {
    log.write(MachineHints.record(asleep: duration))
    hand(.resumed(lastAwake: lastAwake))
  }

  static func record(asleep duration: Duration) -> LogRecord {
    LogRecord(
      .resumed, "resumed after \(words(duration)) asleep", subject: "machine", from: "asleep", to: "awake",
      extra: ["ASLEEP_SECONDS": "\(duration.components.seconds)"])
  }

  /// `3 h 2 min`, `2 min 5 s`, `40 s`
  static func words(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    if hours > 0 { return "\(hours) h \(minutes) min" }
    return minutes > 0 ? "\(minutes) min \(seconds % 60) s" : "\(seconds) s"
  }
}
