import Foundation

/// How figures are shown. A ratio above 1 means that the guard is better.
enum Table {
  static func text(_ figures: [Figure]) -> String {
    let width = 2 + (figures.map(\.discipline.rawValue.count).max() ?? 0)
    var lines = [
      pad("MEASURED", width)
        + "WHO                                  MEDIAN    LEAST     MOST   UNIT   GUARD IS"
    ]
    for figure in figures {
      lines.append(
        pad(figure.discipline.rawValue, width) + pad(figure.contestant.rawValue, 35)
          + [figure.median, figure.least, figure.most].map { padLeft(format($0), 9) }.joined() + "   "
          + pad(figure.discipline.unit, 7) + ratio(of: figure, among: figures))
    }
    return lines.joined(separator: "\n")
  }

  static func json(_ figures: [Figure]) -> String {
    let rows = figures.map { figure in
      "{\"measured\":\"\(figure.discipline.rawValue)\",\"who\":\"\(figure.contestant.rawValue)\",\"unit\":\"\(figure.discipline.unit)\","
        + "\"median\":\(format(figure.median)),\"samples\":[\(figure.samples.map(format).joined(separator: ","))]}"
    }
    return "[\n  \(rows.joined(separator: ",\n  "))\n]"
  }

  private static func ratio(of figure: Figure, among figures: [Figure]) -> String {
    let first = figure.discipline.contestants.first
    guard figure.contestant != first,
      let own = figures.first(where: { $0.discipline == figure.discipline && $0.contestant == first })
    else { return "" }
    let ratio = figure.discipline.isMoreBetter ? own.median / figure.median : figure.median / own.median
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
