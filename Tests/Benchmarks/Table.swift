import Foundation

/// The format of results. A ratio above 1 means that the guard is better.
enum Table {
  static func text(_ figures: [Figure]) -> String {
    let width = 2 + (figures.map(\.measurement.rawValue.count).max() ?? 0)
    var lines = [
      pad("MEASURED", width)
        + "PROGRAM                              MEDIAN      MIN      MAX   UNIT   GUARD IS"
    ]
    for figure in figures {
      lines.append(
        pad(figure.measurement.rawValue, width) + pad(figure.implementation.rawValue, 35)
          + [figure.median, figure.minimum, figure.maximum].map { padLeft(format($0), 9) }.joined() + "   "
          + pad(figure.measurement.unit, 7) + ratio(of: figure, among: figures))
    }
    return lines.joined(separator: "\n")
  }

  static func json(_ figures: [Figure]) -> String {
    let rows = figures.map { figure in
      "{\"measured\":\"\(figure.measurement.rawValue)\",\"program\":\"\(figure.implementation.rawValue)\",\"unit\":\"\(figure.measurement.unit)\","
        + "\"median\":\(format(figure.median)),\"samples\":[\(figure.samples.map(format).joined(separator: ","))]}"
    }
    return "[\n  \(rows.joined(separator: ",\n  "))\n]"
  }

  private static func ratio(of figure: Figure, among figures: [Figure]) -> String {
    let first = figure.measurement.implementations.first
    guard figure.implementation != first,
      let own = figures.first(where: { $0.measurement == figure.measurement && $0.implementation == first })
    else { return "" }
    let ratio = figure.measurement.isMoreBetter ? own.median / figure.median : figure.median / own.median
    return "\(format(ratio)) of it"
  }

  private static func format(_ value: Double) -> String {
    value >= 100 ? String(Int(value.rounded())) : String((value * 100).rounded() / 100)
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func padLeft(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
