internal import GuardAPI
package import GuardState
package import Health
internal import Platform
internal import Synchronization

/// A cluster's round-trip times, saved in the state directory. Thread-safe.
package final class RoundTripRecord: Sendable {
  private let series: Mutex<RoundTripSeries>
  private let name: String
  private let folder: StateFolder?
  private static let limit = 1 << 20

  /// - Parameter folder: if nil, nothing is saved.
  package init(cluster: String, folder: StateFolder?) {
    name = StateFile.roundTrips.name(of: cluster)
    self.folder = folder
    let bytes = (try? folder?.read(name, limit: RoundTripRecord.limit)) ?? []
    series = Mutex(RoundTripSeries(text: String(decoding: bytes, as: UTF8.self)))
  }

  /// Records a round-trip time.
  package func add(_ roundTrip: Duration, at now: Timestamp) {
    let isNew = series.withLock { $0.add(roundTrip.inSeconds * 1000, at: now) }
    if isNew { save() }
  }

  /// Writes the file.
  package func save() { folder?.persist(name, Array(series.withLock { $0.text }.utf8)) }

  /// Oldest first.
  package var slots: [RoundTripSeries.Slot] { series.withLock { $0.slots } }
}
