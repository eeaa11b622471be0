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

  private static let gap = 3
  /// Prose in fewer columns than this says nothing.
  private static let leastProse = 24

  func lines(width: Int?) -> [Line] {
    let all = widths(of: columns.indices)
    guard let width, all.reduce(-Table.gap, { $0 + $1 + Table.gap }) > width else {
      return rendered(widths: all, showsNotes: false)
    }
    guard endsInProse else { return rendered(widths: shrunk(all, to: width), showsNotes: false) }
    let fixed = Array(all.dropLast())
    let left = width - fixed.reduce(0) { $0 + $1 + Table.gap }
    if left >= Table.leastProse { return rendered(widths: fixed + [left], showsNotes: false) }
    return rendered(widths: shrunk(fixed, to: width), showsNotes: true, width: width)
  }

  private func widths(of range: Range<Int>) -> [Int] {
    range.map { column in
      rows.reduce(columns[column].displayWidth) { max($0, $1.cells[column].width) }
    }
  }

  /// Takes columns from the widest until all fit.
  private func shrunk(_ widths: [Int], to limit: Int) -> [Int] {
    var widths = widths
    var excess = widths.reduce(-Table.gap) { $0 + $1 + Table.gap } - limit
    while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > 9 {
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }

  private func rendered(widths: [Int], showsNotes: Bool, width: Int = .max) -> [Line] {
    var lines = [line(columns.prefix(widths.count).map { Span($0, .faint) }, widths)]
    for row in rows {
      lines.append(line(Array(row.cells.prefix(widths.count)), widths))
      if showsNotes, let note = row.note, !note.text.isEmpty {
        lines += note.text.wrapped(to: width - 4).map { Line(Span("    "), Span($0, note.style)) }
      }
    }
    return lines
  }

  private func line(_ cells: [Span], _ widths: [Int]) -> Line {
    var spans: [Span] = []
    for (index, (cell, width)) in zip(cells, widths).enumerated() {
      let shown = Span(cell.text.cut(to: width), cell.style)
      spans.append(shown)
      if index < cells.count - 1 {
        spans.append(Span(String(repeating: " ", count: width - shown.width + Table.gap)))
      }
    }
    return Line(spans)
  }
}
