/// Columns aligned like `kubectl`'s output: three spaces between columns, and the last column unpadded.
package struct Table: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    package var cells: [Span]
    /// Does not cut the last cell: text that does not fit is placed below the row, in a few lines.
    package var showsAll = false

    package init(cells: [Span], showsAll: Bool = false) {
      self.cells = cells
      self.showsAll = showsAll
    }
  }

  package var columns: [String]
  package var rows: [Row] = []
  /// The last column is free text and is shortened first: cut to the remaining width, or moved to a separate line.
  package var endsInProse = false
  /// Number of leading name columns. They are cut last, because a cut name cannot be copied.
  package var names = 1
  /// The column that is cut first if the others do not fit.
  package var elastic: Int?
  /// True to keep the end of the elastic column's values, because they differ there: `…1:d3b8a004`.
  package var elasticKeepsEnd = false
  /// The columns that are left out if the others do not fit, the least important first. A missing column misleads less
  /// than a cut value.
  package var minor: [Int] = []

  package init(
    columns: [String], rows: [Row] = [], endsInProse: Bool = false, names: Int = 1, elastic: Int? = nil,
    elasticKeepsEnd: Bool = false
  ) {
    self.columns = columns
    self.rows = rows
    self.endsInProse = endsInProse
    self.names = names
    self.elastic = elastic
    self.elasticKeepsEnd = elasticKeepsEnd
  }

  /// Free text in fewer columns is unreadable.
  private static let minProseWidth = 24
  private static let minCellWidth = 4
  /// The elastic column needs this width to distinguish its values.
  private static let minElasticWidth = 9

  private struct Layout {
    var widths: [Int]
    var gap = 3

    var total: Int { widths.reduce(-gap) { $0 + $1 + gap } }

    /// Reduces these columns to a total of `width`, starting with the one that has the most spare width.
    mutating func shrink(_ columns: Range<Int>, to width: Int, least: (Int) -> Int) {
      while total > width, let richest = columns.max(by: { widths[$0] - least($0) < widths[$1] - least($1) }),
        widths[richest] > least(richest)
      {
        widths[richest] -= 1
      }
    }
  }

  package func lines(width: Int?) -> [Line] {
    guard let width, let column = minor.first, !fits(width) else { return drawn(width) }
    return without(column).lines(width: width)
  }

  /// True if no value is cut: the elastic column has its least width, and the prose is below its row.
  private func fits(_ width: Int) -> Bool {
    let prose = endsInProse ? columns.count - 1 : nil
    let widths = columns.indices.filter { $0 != prose }.map { column in
      let widest = natural(column)
      return column == elastic ? min(widest, Table.minElasticWidth) : widest
    }
    return Layout(widths: widths, gap: 2).total <= width
  }

  private func without(_ column: Int) -> Table {
    func shifted(_ index: Int) -> Int { index > column ? index - 1 : index }
    var table = self
    table.columns.remove(at: column)
    for row in rows.indices { table.rows[row].cells.remove(at: column) }
    table.minor = minor.filter { $0 != column }.map(shifted)
    if column < names { table.names -= 1 }
    table.elastic = elastic == column ? nil : elastic.map(shifted)
    return table
  }

  /// The width of the widest value or heading.
  private func natural(_ column: Int) -> Int {
    rows.reduce(columns[column].displayWidth) { max($0, $1.cells[column].width) }
  }

  private func drawn(_ width: Int?) -> [Line] {
    var layout = Layout(
      widths: columns.indices.map(natural))
    guard let width, layout.total > width else { return rendered(layout, width: .max) }
    guard endsInProse else { return rendered(narrowed(layout, to: width), width: width) }
    let prose = layout.widths.removeLast()
    for gap in [3, 2] {
      layout.gap = gap
      let left = width - layout.total - gap
      guard left >= min(prose, Table.minProseWidth) else { continue }
      layout.widths.append(min(prose, left))
      return rendered(layout, width: width)
    }
    return rendered(narrowed(layout, to: width), width: width)
  }

  /// Narrows the columns in steps. Each step removes more information than the previous one.
  private func narrowed(_ layout: Layout, to width: Int) -> Layout {
    var layout = layout
    let all = layout.widths.indices
    for gap in [3, 2] {
      layout.gap = gap
      if layout.total <= width { return layout }
    }
    if let elastic, all.contains(elastic) {
      layout.shrink(elastic..<elastic + 1, to: width, least: { _ in Table.minElasticWidth })
    }
    if layout.total > width { layout.gap = 1 }
    // Cutting a heading removes less information than cutting a value.
    layout.shrink(all, to: width) { column in
      rows.reduce(Table.minCellWidth) { max($0, $1.cells[column].width) }
    }
    layout.shrink(min(names, all.upperBound)..<all.upperBound, to: width) { _ in Table.minCellWidth }
    layout.shrink(all, to: width) { _ in Table.minCellWidth }
    return layout
  }

  private func rendered(_ layout: Layout, width: Int) -> [Line] {
    var lines = [line(columns.map { Span($0, .faint) }, layout)]
    let hasProse = layout.widths.count == columns.count
    for row in rows {
      guard endsInProse, let prose = row.cells.last, !prose.text.isEmpty,
        !hasProse || (row.showsAll && prose.width > layout.widths[columns.count - 1])
      else {
        lines.append(line(row.cells, layout))
        continue
      }
      lines.append(line(row.cells.dropLast(), layout))
      let parts =
        row.showsAll
        ? prose.text.wrapped(to: width - 4, whole: "-o json") : [prose.text.cut(to: width - 4)]
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
