import GuardAPI
import GuardTerminal
import Health

/// A row of the report: the states of a subject as a strip of cells and as text.
struct StripDrawing {
  let strip: ReportFacts.Strip
  private static let cells = 480
  private static let height = 18

  var row: Markup {
    let cells = strip.availability.cells(StripDrawing.cells)
    var runs: [Markup] = []
    var start = 0
    for index in 1...max(1, cells.count) where !cells.isEmpty {
      if index < cells.count, cells[index] == cells[start] { continue }
      runs.append(
        """
        <rect class="\(style(cells[start]))" x="\(start)" y="0" width="\(index - start)" height="\(StripDrawing.height)"/>
        """)
      start = index
    }
    return """
      <tr><th scope="row">\(strip.subject)</th><td class="strip"><svg viewBox="0 0 \(StripDrawing.cells) \(StripDrawing.height)" \
      preserveAspectRatio="none" role="img" aria-label="\(words)">\(runs)</svg></td><td class="figure">\(share)</td>\
      <td class="figure">\(trouble)</td></tr>

      """
  }

  private func style(_ state: Availability.State) -> String {
    switch state {
    case .well: "well"
    case .trouble: "trouble"
    case .unknown: "unknown"
    }
  }

  private var trouble: String {
    let length = strip.availability.length(of: .trouble)
    return length > .zero ? length.exact : "none"
  }

  /// Rounded down, so that it is 100 % only without any downtime.
  private var share: String {
    guard let share = strip.availability.share else { return "unknown" }
    if share == 1 { return "100 %" }
    return "\((min(share, 0.99999) * 100_000).rounded(.down) / 1000) %"
  }

  private var words: String {
    let unknown = strip.availability.length(of: .unknown)
    return "\(strip.subject): uptime \(share), downtime \(trouble)"
      + (unknown > .zero ? ", unknown for \(unknown.exact)" : "")
  }
}
