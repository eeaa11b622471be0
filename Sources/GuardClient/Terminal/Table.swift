/// Columns that line up as `kubectl` prints them: three blanks between, the last one ragged.
struct Table: Hashable, Sendable {
  struct Row: Hashable, Sendable {
    var cells: [Span]
    /// Shown under the row where a terminal is too narrow for the last column.
    var note: Span?
  }

  var columns: [String]
  var rows: [Row] = []
  /// The last column holds free text: cut to what is left of the width, or left out for the rows' notes.
  var endsInProse = false
  /// The column that gives way first where the others don't fit.
  var elastic: Int?

  /// Prose in fewer columns than this says nothing.
  private static let leastProse = 24

  private struct Layout {
    var widths: [Int]
    var gap = 3

    var total: Int { widths.reduce(-gap) { $0 + $1 + gap } }
  }

  func lines(width: Int?) -> [Line] {
    var layout = Layout(
      widths: columns.indices.map { column in
        rows.reduce(columns[column].displayWidth) { max($0, $1.cells[column].width) }
      })
    guard let width, layout.total > width else { return rendered(layout) }
    guard endsInProse else { return rendered(narrowed(layout, to: width)) }
    let prose = layout.widths.removeLast()
    let left = width - layout.total - layout.gap
    guard left >= Table.leastProse else { return rendered(narrowed(layout, to: width), notes: width) }
    layout.widths.append(min(prose, left))
    return rendered(layout)
  }

  /// Narrower in steps, each of which costs more of what can be read.
  private func narrowed(_ layout: Layout, to width: Int) -> Layout {
    var narrow = layout
    for (gap, least) in [(3, 9), (2, 7), (1, 4)] where narrow.total > width {
      narrow = Layout(widths: layout.widths, gap: gap)
      take(from: &narrow, to: width, least: least)
    }
    return narrow
  }

  /// From the elastic column, then from the widest.
  private func take(from layout: inout Layout, to width: Int, least: Int) {
    if let elastic, layout.widths.indices.contains(elastic) {
      let spare = max(0, layout.widths[elastic] - least)
      layout.widths[elastic] -= max(0, min(spare, layout.total - width))
    }
    while layout.total > width,
      let widest = layout.widths.indices.max(by: { layout.widths[$0] < layout.widths[$1] }),
      layout.widths[widest] > least
    {
      layout.widths[widest] -= 1
    }
  }

  /// `notes`: the width that the rows' notes may have; nil where the rows say it all.
  private func rendered(_ layout: Layout, notes: Int? = nil) -> [Line] {
    var lines = [line(columns.map { Span($0, .faint) }, layout)]
    for row in rows {
      lines.append(line(row.cells, layout))
      if let notes, let note = row.note, !note.text.isEmpty {
        lines += note.text.wrapped(to: notes - 4).map { Line(Span("    "), Span($0, note.style)) }
      }
    }
    return lines
  }

  private func line(_ cells: [Span], _ layout: Layout) -> Line {
    let shown = zip(cells, layout.widths).map { Span($0.text.cut(to: $1), $0.style) }
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
