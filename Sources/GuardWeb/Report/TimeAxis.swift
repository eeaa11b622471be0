import GuardTerminal
import Health

/// The labels of a time axis: full hours or days in the displayed time zone.
struct TimeAxis {
  let from: Timestamp
  let to: Timestamp

  private static let day: Int64 = 86_400
  /// In seconds.
  private static let steps: [Int64] =
    [1, 2, 5, 10, 15, 30].map { $0 * 60 } + [1, 2, 3, 4, 6, 12].map { $0 * 3600 }
    + [1, 2, 3, 5, 7, 14, 30, 60, 90, 180, 365].map { $0 * day }
  private static let tickLimit: Int64 = 8

  var ticks: [ReportDocument.Tick] {
    let length = (to - from).inMilliseconds / 1000
    guard length > 0 else { return [] }
    let step = TimeAxis.steps.first { length / $0 <= TimeAxis.tickLimit } ?? length
    // The first full step of the local day after the beginning.
    let first = step - secondOfDay % step
    return stride(from: first, to: length, by: Int64.Stride(step)).map { second in
      ReportDocument.Tick(
        place: (Double(second) / Double(length)).rounded(toPlaces: 4),
        label: label(from + .seconds(second), step))
    }
  }

  private var secondOfDay: Int64 {
    let parts = from.time.split { !$0.isNumber }.compactMap { Int64($0) }
    return parts.reduce(0) { $0 * 60 + $1 }
  }

  /// A change to winter or summer time moves later ticks by an hour. Two hours later is still the meant day.
  private func label(_ moment: Timestamp, _ step: Int64) -> String {
    step < TimeAxis.day ? String(moment.time.prefix(5)) : String((moment + .seconds(7200)).day.dropFirst(5))
  }
}
