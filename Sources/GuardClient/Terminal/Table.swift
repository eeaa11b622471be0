/// Columns that line up as `kubectl` prints them: three blanks between, the last one ragged.
struct Table: Hashable, Sendable {
  struct Row: Hashable, Sendable {
    var cells: [Span]
    /// The last cell's text is never cut: what does not fit beside the others stands below them.
    var tellsAll = false
  }

  var columns: [String]
  var rows: [Row] = []
  /// The last column holds free text, and gives way before all others: cut to what is left of the width, or moved
  /// to a line of its own.
  var endsInProse = false
  /// Leading columns that hold names: a name that is cut can't be copied, so they are cut last of all.
  var names = 1
  /// The column that is cut first where the others don't fit.
  var elastic: Int?
  /// The elastic column's values differ at their ends: `…1:d3b8a004`.
  var elasticKeepsEnd = false

  /// Prose in fewer columns than this says nothing.
  private static let leastProse = 24
  private static let leastCell = 4
  /// What is left of the elastic column still tells one value from another.
  private static let leastElastic = 9

  private struct Layout {
    var widths: [Int]
    var gap = 3

    var total: Int { widths.reduce(-gap) { $0 + $1 + gap } }

    /// Takes what is over `width` from those columns, the one with most to spare first.
    mutating func take(from columns: Range<Int>, to width: Int, least: (Int) -> Int) {
      while total > width, let richest = columns.max(by: { widths[$0] - least($0) < widths[$1] - least($1) }),
        widths[richest] > least(richest)
      {
        widths[richest] -= 1
      }
    }
  }

  func lines(width: Int?) -> [Line] {
    var layout = Layout(
      widths: columns.indices.map { column in
        rows.reduce(columns[column].displayWidth) { max($0, $1.cells[column].width) }
      })
    guard let width, layout.total > width else { return rendered(layout, width: .max) }
    guard endsInProse else { return rendered(narrowed(layout, to: width), width: width) }
    let prose = layout.widths.removeLast()
    for gap in [3, 2] {
      layout.gap = gap
      let left = width - layout.total - gap
      guard left >= min(prose, Table.leastProse) else { continue }
      layout.widths.append(min(prose, left))
      return rendered(layout, width: width)
    }
    return rendered(narrowed(layout, to: width), width: width)
  }

  /// Narrower in steps, each of which costs more of what can be read.
  private func narrowed(_ layout: Layout, to width: Int) -> Layout {
    var layout = layout
    let all = layout.widths.indices
    for gap in [3, 2] {
      layout.gap = gap
      if layout.total <= width { return layout }
    }
    if let elastic, all.contains(elastic) {
      layout.take(from: elastic..<elastic + 1, to: width, least: { _ in Table.leastElastic })
    }
    if layout.total > width { layout.gap = 1 }
    // A heading that is cut costs less than a figure.
    layout.take(from: all, to: width) { column in
      rows.reduce(Table.leastCell) { max($0, $1.cells[column].width) }
    }
    layout.take(from: min(names, all.upperBound)..<all.upperBound, to: width) { _ in Table.leastCell }
    layout.take(from: all, to: width) { _ in Table.leastCell }
    return layout
  }

  private func rendered(_ layout: Layout, width: Int) -> [Line] {
    var lines = [line(columns.map { Span($0, .faint) }, layout)]
    let hasProse = layout.widths.count == columns.count
    for row in rows {
      guard endsInProse, let prose = row.cells.last, !prose.text.isEmpty,
        !hasProse || (row.tellsAll && prose.width > layout.widths[columns.count - 1])
      else {
        lines.append(line(row.cells, layout))
        continue
      }
      lines.append(line(row.cells.dropLast(), layout))
      let parts = row.tellsAll ? prose.text.wrapped(to: width - 4) : [prose.text.cut(to: width - 4)]
      lines += parts.map { Line(Span("    "), Span($0, prose.style == .plain ? .faint : prose.style)) }
    }
    return lines
  }

  private func line(_ cells: some Collection<Span>, _ layout: Layout) -> Line {
    let shown = zip(cells, layout.widths).enumerated().map { index, cell in
      let keepsEnd = elasticKeepsEnd && index == elastic
      let text = keepsEnd ? cell.0.text.cutAtStart(to: cell.1) : cell.0.text.cut(to: cell.1)
      return Span(text, cell.0.style)
    }
    let last = shown.lastIndex { !$0.text.isEmpty } ?? 0
    var spans: [Span] = []
    for (index, span) in shown.prefix(last + 1).enumerated() {
      spans.append(span)
      guard index < last else { break }
      spans.append(Span(String(repeating: " ", count: layout.widths[index] - span.width + layout.gap)))
    }
    return Line(spans)
  }
}
