import GuardAPI
import GuardTerminal
import Health

/// A plot of a tunnel's round-trip times: the range from minimum to maximum, and the average as a line. Periods
/// without a measurement are gaps.
struct RoundTripPlot {
  let cluster: RoundTripsDocument.Cluster
  let slot: Duration
  let from: Timestamp
  let to: Timestamp

  private static let width = 960.0
  private static let height = 160.0
  /// Space for the axis labels.
  private static let margin = 56.0
  /// Number of columns; measurements within a column are merged.
  private static let columns = 240

  private struct Column {
    var least: Double
    var most: Double
    var sum: Double
    var count: Int
    var mean: Double { sum / Double(count) }
  }

  /// The plot; nil without measurements.
  var figure: Markup? {
    let columns = columns
    let present = columns.compactMap(\.self)
    guard let most = present.map(\.most).max(), let least = present.map(\.least).min() else { return nil }
    let top = RoundTripPlot.scale(above: most)
    func y(_ milliseconds: Double) -> String { fixed(RoundTripPlot.height * (1 - milliseconds / top)) }
    func x(_ column: Int) -> String {
      fixed(
        RoundTripPlot.margin + (Double(column) + 0.5) * (RoundTripPlot.width - RoundTripPlot.margin)
          / Double(RoundTripPlot.columns))
    }
    var bars = ""
    var line = ""
    var isDrawing = false
    for (index, column) in columns.enumerated() {
      guard let column else {
        isDrawing = false
        continue
      }
      bars += "M\(x(index)) \(y(column.least))V\(y(column.most))"
      line += "\(isDrawing ? "L" : "M")\(x(index)) \(y(column.mean))\(isDrawing ? "" : "h0.1")"
      isDrawing = true
    }
    let mean = present.reduce(0) { $0 + $1.sum } / Double(present.reduce(0) { $0 + $1.count })
    let words =
      "min \(least.asMilliseconds), avg \(mean.asMilliseconds), max \(most.asMilliseconds)"
    let lines: [Markup] = [0, 0.5, 1].map { part in
      """
      <line class="grid" x1="56" x2="960" y1="\(y(top * part))" y2="\(y(top * part))"/>\
      <text x="50" y="\(fixed(RoundTripPlot.height * (1 - part) + (part == 0 ? -2 : 4)))" text-anchor="end">\((top * part).asMilliseconds)</text>
      """
    }
    return """
      <figure><svg class="plot" viewBox="0 0 960 160" role="img" aria-label="round-trip time of \(cluster.name): \(words)">\
      \(lines)<path class="range" d="\(bars)"/><path class="mean" d="\(line)"/></svg>\
      <figcaption>Round-trip time of \(cluster.name): \(words). Range and average; a gap is a period \
      without measurements.</figcaption></figure>

      """
  }

  private var columns: [Column?] {
    var columns = [Column?](repeating: nil, count: RoundTripPlot.columns)
    let length = (to - from).inMilliseconds
    guard length > 0 else { return columns }
    for entry in cluster.slots where entry.at + slot > from && entry.at < to {
      let place = max(0, (entry.at - from).inMilliseconds) * Int64(RoundTripPlot.columns) / length
      // A slot longer than a column fills all columns that it covers.
      let end =
        min(length - 1, (entry.at + slot - from).inMilliseconds - 1) * Int64(RoundTripPlot.columns) / length
      for index in Int(place)...Int(max(place, end)) {
        var column = columns[index] ?? Column(least: entry.leastMs, most: entry.mostMs, sum: 0, count: 0)
        column.least = min(column.least, entry.leastMs)
        column.most = max(column.most, entry.mostMs)
        column.sum += entry.meanMs
        column.count += 1
        columns[index] = column
      }
    }
    return columns
  }

  /// 1, 2, 2.5 or 5 times a power of ten, for readable axis labels.
  private static func scale(above most: Double) -> Double {
    var unit = 0.1
    while unit < 1e9 {
      for factor in [1.0, 2, 2.5, 5] where unit * factor >= most { return unit * factor }
      unit *= 10
    }
    return unit
  }

  private func fixed(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
}
