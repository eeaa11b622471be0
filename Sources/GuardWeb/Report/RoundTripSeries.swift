import GuardAPI
import GuardTerminal
import Health

/// A tunnel's round-trip times over a span of time, merged into columns of a plot.
struct RoundTripSeries: Encodable, Hashable, Sendable {
  let cluster: String
  /// For example `min 4 ms, avg 41 ms, max 210 ms`.
  let words: String
  /// The upper end of the plot's axis in milliseconds.
  let top: Double
  /// From the top down.
  let labels: [String]
  /// Minimum, mean and maximum time of each column in milliseconds; null without a measurement.
  let columns: [[Double]?]
  /// The same as text, in fewer and longer parts.
  let table: TableDocument

  /// Number of columns; measurements within a column are merged.
  private static let count = 240
  private static let parts = 12

  /// nil without measurements.
  init?(_ cluster: RoundTripsDocument.Cluster, slot: Duration, from: Timestamp, to: Timestamp) {
    let columns = RoundTripSeries.merged(cluster.slots, slot, from, to, RoundTripSeries.count)
    let present = columns.compactMap(\.self)
    guard let longest = present.map(\.maximum).max() else { return nil }
    let all = Measurements(present)
    self.cluster = cluster.name
    words = "min \(all.minimum.asMilliseconds), avg \(all.mean.asMilliseconds), max \(longest.asMilliseconds)"
    top = RoundTripSeries.scale(above: longest)
    labels = [top, top / 2, 0].map(\.asMilliseconds)
    self.columns = columns.map {
      $0.map { [$0.minimum, $0.mean, $0.maximum].map { $0.rounded(toPlaces: 2) } }
    }
    let part = (to - from) / RoundTripSeries.parts
    let rows = RoundTripSeries.merged(cluster.slots, slot, from, to, RoundTripSeries.parts).enumerated().map {
      index, values in
      let begin = from + part * index
      let figures =
        values.map { [$0.minimum, $0.mean, $0.maximum].map(\.asMilliseconds) } ?? ["-", "-", "-"]
      return (["\(begin.day) \(begin.time)"] + figures).map { TableDocument.Cell($0) }
    }
    table = TableDocument(
      "Round-trip times of \(cluster.name)", columns: ["From", "Min", "Avg", "Max"], rows: rows)
  }

  private struct Measurements {
    var minimum: Double
    var maximum: Double
    var sum: Double
    var count: Int
    var mean: Double { sum / Double(count) }

    init(_ slot: RoundTripDocument) { (minimum, maximum, sum, count) = (slot.leastMs, slot.mostMs, 0, 0) }

    init(_ all: [Measurements]) {
      minimum = all.map(\.minimum).min() ?? 0
      maximum = all.map(\.maximum).max() ?? 0
      sum = all.reduce(0) { $0 + $1.sum }
      count = max(1, all.reduce(0) { $0 + $1.count })
    }

    mutating func add(_ slot: RoundTripDocument) {
      minimum = min(minimum, slot.leastMs)
      maximum = max(maximum, slot.mostMs)
      sum += slot.meanMs
      count += 1
    }
  }

  private static func merged(
    _ slots: [RoundTripDocument], _ slot: Duration, _ from: Timestamp, _ to: Timestamp, _ count: Int
  ) -> [Measurements?] {
    var columns = [Measurements?](repeating: nil, count: count)
    let length = (to - from).inMilliseconds
    guard length > 0 else { return columns }
    for entry in slots where entry.at + slot > from && entry.at < to {
      let place = max(0, (entry.at - from).inMilliseconds) * Int64(count) / length
      // A slot longer than a column fills all columns that it covers.
      let end = min(length - 1, (entry.at + slot - from).inMilliseconds - 1) * Int64(count) / length
      for index in Int(place)...Int(max(place, end)) {
        var column = columns[index] ?? Measurements(entry)
        column.add(entry)
        columns[index] = column
      }
    }
    return columns
  }

  /// 1, 2, 2.5 or 5 times a power of ten, for readable axis labels.
  private static func scale(above maximum: Double) -> Double {
    var unit = 0.1
    while unit < 1e9 {
      for factor in [1.0, 2, 2.5, 5] where unit * factor >= maximum { return unit * factor }
      unit *= 10
    }
    return unit
  }
}
