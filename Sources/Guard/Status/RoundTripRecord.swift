internal import Health
internal import Platform
internal import Synchronization

/// A cluster's round-trip times, kept in the state directory. Written by the cluster, read by whoever asks; one lock.
final class RoundTripRecord: Sendable {
  private let series: Mutex<RoundTripSeries>
  private let path: String?
  private static let limit = 1 << 20

  /// - Parameter environment: of this process; systemd names the folder of `StateDirectory=` in it.
  init(cluster: String, environment: [String: String]) {
    let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first
    path = folder.flatMap { $0.hasPrefix("/") ? "\($0)/roundtrips-\(cluster)" : nil }
    let bytes = path.flatMap { try? SmallFile.read($0, limit: RoundTripRecord.limit) } ?? []
    series = Mutex(RoundTripSeries(text: String(decoding: bytes, as: UTF8.self)))
  }

  func add(_ roundTrip: Duration, at now: Timestamp) {
    let isNew = series.withLock { $0.add(roundTrip.inSeconds * 1000, at: now) }
    if isNew { save() }
  }

  /// It is a help and no record: what can't be written is told by the incidents' file beside it.
  func save() {
    guard let path else { return }
    let text = series.withLock { $0.text }
    try? SmallFile.replace(path, with: Array(text.utf8), mode: 0o600)
  }

  var slots: [RoundTripSeries.Slot] { series.withLock { $0.slots } }
}
