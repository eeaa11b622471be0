// Columns of tables whose head names a credential: of CSV, of Markdown and SQL clients, and aligned with blanks.
extension CredentialScanner {
  /// The longest line that is read as a part of a table.
  private static let longestLine = 512
  private static let maxRows = 64

  /// Hides the values below a name in the head of a table.
  ///
  /// - Returns: the end of the name; nil if it is not in the head of a table.
  mutating func passColumn(_ name: Range<Int>) -> Int? {
    if runs.tableHead.contains(name.lowerBound) { return name.upperBound }
    guard name.lowerBound >= runs.tableEnd, let kind = SecretName(bytes[name]) else { return nil }
    var start = name.lowerBound
    while start > 0, name.lowerBound - start < CredentialScanner.longestLine, bytes[start - 1] != 0x0A {
      start -= 1
    }
    let head = start..<lineEnd(from: name.upperBound)
    guard start == 0 || bytes[start - 1] == 0x0A, byte(at: head.upperBound) == 0x0A else { return nil }
    if let mark = bytes[head].first(where: { [0x2C, 0x09, 0x3B, 0x7C].contains($0) }) {
      guard passSeparated(head, by: mark) else { return nil }
      runs.tableHead = head
    } else {
      guard kind == .credential, passAligned(head, name) else { return nil }
    }
    return name.upperBound
  }

  private func lineEnd(from start: Int) -> Int {
    end(of: start, max: CredentialScanner.longestLine) { $0 != 0x0A }
  }

  // MARK: Cells with a mark between them

  /// - Returns: true if rows follow the head.
  private mutating func passSeparated(_ head: Range<Int>, by mark: UInt8) -> Bool {
    let names = cells(of: head, by: mark)
    guard names.count > 1, names.allSatisfy({ isTitle($0) || (mark == 0x7C && $0.isEmpty) }) else {
      return false
    }
    let kinds = names.map { SecretName(bytes[$0]) }
    var line = head.upperBound + 1
    for _ in 0..<CredentialScanner.maxRows where line < bytes.count {
      let row = line..<lineEnd(from: line)
      let cells = cells(of: row, by: mark)
      line = row.upperBound + 1
      // A line below the head: `|---|---|`, `-----+-----`
      let isRule = bytes[row].allSatisfy { [0x20, 0x2B, 0x2D, 0x3A, 0x7C, 0x0D].contains($0) }
      if mark == 0x7C, isRule { continue }
      guard cells.count == names.count else { break }
      for (kind, cell) in zip(kinds, cells) {
        guard let kind, !cell.isEmpty, kind == .credential || looksRandom(cell) else { continue }
        hideCell(cell)
      }
      runs.tableEnd = row.upperBound
    }
    return runs.tableEnd > head.upperBound
  }

  /// A name of one word.
  private func isTitle(_ cell: Range<Int>) -> Bool {
    (1...32).contains(cell.count)
      && bytes[cell].allSatisfy { $0.isNameByte || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
  }

  /// The cells without blanks and quotes around them.
  private func cells(of line: Range<Int>, by mark: UInt8) -> [Range<Int>] {
    var cells: [Range<Int>] = []
    var start = line.lowerBound
    while start <= line.upperBound {
      var first = start
      while first < line.upperBound, bytes[first] != mark, bytes[first].isBlank { first += 1 }
      var last: Int
      if first < line.upperBound, bytes[first].isQuote,
        let close = bytes[first + 1..<line.upperBound].firstIndex(of: bytes[first])
      {
        (first, last) = (first + 1, close)
        start = bytes[close..<line.upperBound].firstIndex(of: mark) ?? line.upperBound
      } else {
        start = bytes[first..<line.upperBound].firstIndex(of: mark) ?? line.upperBound
        last = start
        while last > first, bytes[last - 1] <= 0x20 { last -= 1 }
      }
      cells.append(first..<last)
      start += 1
    }
    return cells
  }

  // MARK: Aligned cells

  /// `USER   PASSWORD` and the values below.
  private mutating func passAligned(_ head: Range<Int>, _ name: Range<Int>) -> Bool {
    let offset = name.lowerBound - head.lowerBound
    let isAlone = bytes.starts(with: "  ", at: name.upperBound) || byte(at: name.upperBound) == 0x0A
    guard bytes[head].allSatisfy({ !$0.isLower }), isAlone,
      offset == 0 || bytes.starts(with: "  ", at: name.lowerBound - 2),
      bytes[head].contains(where: \.isBlank)
    else { return false }
    var hasRows = false
    var line = head.upperBound + 1
    for _ in 0..<CredentialScanner.maxRows where line < bytes.count {
      let row = line..<lineEnd(from: line)
      line = row.upperBound + 1
      let start = row.lowerBound + offset
      guard start < row.upperBound, offset == 0 || bytes[start - 1].isBlank, !bytes[start].isBlank else {
        break
      }
      hasRows = true
      var end = start
      while end < row.upperBound, !bytes.starts(with: "  ", at: end), bytes[end] > 0x0D { end += 1 }
      hideCell(start..<end)
    }
    return hasRows
  }

  private mutating func hideCell(_ cell: Range<Int>) {
    guard !isReference(cell), !isDiagnosis(cell),
      bytes[cell].contains(where: { $0.isAlphanumeric || $0 >= 0x80 })
    else { return }
    hide(cell)
  }
}
