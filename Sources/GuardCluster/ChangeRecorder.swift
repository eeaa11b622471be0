internal import GuardAPI
internal import GuardJournal
internal import Health
internal import Platform
internal import Systemd

/// Compares the polls of one cluster, and writes a journal entry for each group of equal changes.
///
/// Use it on the cluster's queue only.
final class ChangeRecorder {
  /// The largest number of entries per poll.
  static let entriesPerPoll = 40
  /// The first entries that may follow each other at once. After them, 2880 per day are written.
  private static let burst = 120
  private static let perSecond = 1.0 / 30
  /// The same for one fact, such as an image that changes with every poll. After them, one per 10 minutes is written.
  private static let burstOfOne = 10
  private static let perSecondOfOne = 1.0 / 600
  /// The interval at which the file is written if only the times of the polls changed.
  private static let saveInterval: Duration = .seconds(600)

  private let cluster: String
  private let fluxNamespace: String
  private let log: any EventLog
  private let file: InventoryFile?
  private(set) var inventory = Inventory()
  private var saved: (inventory: Inventory, at: Timestamp)?
  private var allowance: EventAllowance
  private var allowances: [Inventory.Key: EventAllowance] = [:]

  init(
    cluster: String, fluxNamespace: String, log: any EventLog, file: InventoryFile?,
    at time: MonotonicTime = .now
  ) {
    self.cluster = cluster
    self.fluxNamespace = fluxNamespace
    self.log = log
    self.file = file
    allowance = EventAllowance(
      burst: ChangeRecorder.burst, perSecond: ChangeRecorder.perSecond, at: time)
    guard let file else { return }
    do {
      inventory = try file.load()
    } catch {
      file.setAside()
      log.write(
        LogRecord(
          nil,
          "\(cluster): \(file.path) can't be read, so changes since the last poll are not recorded: \(error)",
          priority: .warning, cluster: cluster, remedy: "look at \(file.path)\(StateFile.damaged)"))
    }
  }

  /// Records a successful poll.
  func record(_ snapshot: Snapshot, at now: Timestamp, _ time: MonotonicTime = .now) {
    inventory.update(snapshot, fluxNamespace: fluxNamespace, at: now)
    let limit = min(ChangeRecorder.entriesPerPoll, allowance.count(at: time))
    let changes = inventory.dequeueChanges(limit: limit) { key in
      allowances[key].map { $0.count(at: time) > 0 } ?? true
    }
    for change in changes {
      _ = allowance.consume(at: time)
      for key in change.keys {
        _ = allowances[
          key,
          default: EventAllowance(
            burst: ChangeRecorder.burstOfOne, perSecond: ChangeRecorder.perSecondOfOne, at: time)
        ].consume(at: time)
      }
      log.write(LogRecord(change, cluster: cluster))
    }
    allowances = allowances.filter { !$0.value.isUnused(at: time) }
    save(at: now)
  }

  /// Writes the file for the next run of the guard.
  func save(at now: Timestamp, isLast: Bool = false) {
    if let saved {
      guard saved.inventory != inventory else { return }
      let isDue = isLast || now - saved.at > ChangeRecorder.saveInterval || now < saved.at
      guard isDue || !saved.inventory.differsOnlyInTimes(from: inventory) else { return }
    }
    file?.save(inventory)
    saved = (inventory, now)
  }
}

extension Inventory {
  fileprivate func differsOnlyInTimes(from other: Inventory) -> Bool {
    objects == other.objects && waiting == other.waiting && Set(listed.keys) == Set(other.listed.keys)
  }
}
