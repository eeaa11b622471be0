package import GuardAPI
package import GuardTerminal

/// A table of the terminal as a table of the page.
package struct TableDocument: Encodable, Hashable, Sendable {
  package struct Cell: Encodable, Hashable, Sendable {
    let text: String
    /// A word of `Style`; nil for plain text.
    let style: String?

    package init(_ text: String, _ style: Style = .plain) {
      let span = Span(text, style)
      self.text = span.text
      self.style = style == .plain ? nil : style.word
    }
  }

  package let title: String
  package let columns: [String]
  package var rows: [[Cell]]
  /// True if the last column is free text.
  let endsInProse: Bool
  /// The number of rows that are left out.
  let omitted: Int

  /// More rows are slow to draw and hard to read.
  private static let maxRows = 500

  /// - Parameter omitted: the number of further rows, which the guard's document does not contain.
  package init(
    _ title: String, columns: [String], rows: [[Cell]], endsInProse: Bool = false, omitted: Int = 0
  ) {
    self.title = title
    self.columns = columns
    self.rows = Array(rows.prefix(TableDocument.maxRows))
    self.endsInProse = endsInProse
    self.omitted = max(0, rows.count - TableDocument.maxRows) + max(0, omitted)
  }

  package init(_ title: String, _ table: Table, omitted: OmittedRowsDocument? = nil) {
    self.init(
      title, columns: table.columns.map(TableDocument.heading),
      rows: table.rows.map { $0.cells.map { Cell($0.text, $0.style) } }, endsInProse: table.endsInProse,
      omitted: omitted?.count ?? 0)
  }

  /// `LAST SCAN` as `Last scan`: screen readers spell words in capitals.
  private static func heading(_ text: String) -> String { text.prefix(1) + text.dropFirst().lowercased() }
}

/// Some tables under one heading.
package struct TablesDocument: Encodable, Hashable, Sendable {
  let tables: [TableDocument]

  package init(_ tables: [TableDocument]) { self.tables = tables }
}

extension Style {
  fileprivate var word: String {
    switch self {
    case .plain: "plain"
    case .strong: "strong"
    case .faint: "faint"
    case .good: "good"
    case .warning: "warning"
    case .bad: "bad"
    case .chosen: "strong"
    }
  }
}
