/// One line of spans.
package struct Line: Hashable, Sendable {
  package var spans: [Span]

  package init(_ spans: Span...) {
    self.spans = spans
  }

  package init(_ spans: [Span]) {
    self.spans = spans
  }

  package static let empty = Line()

  package var text: String { spans.map(\.text).joined() }

  package func written(inColor: Bool) -> String {
    spans.map { $0.written(inColor: inColor) }.joined()
  }

  /// Truncated to `width` columns, with `…` at the end if it is truncated.
  package func cut(to width: Int) -> Line {
    guard spans.reduce(0, { $0 + $1.width }) > width else { return self }
    var kept: [Span] = []
    var left = width
    for span in spans {
      // Reserve a column for `…` if more follows.
      guard span.width >= left else {
        kept.append(span)
        left -= span.width
        continue
      }
      let text = span.width == left ? span.text + " " : span.text
      kept.append(Span(text.cut(to: left), span.style))
      break
    }
    return Line(kept)
  }
}

/// The output of a command: lines that fit the terminal, except lines for copying, which are not wrapped.
package struct Page: Hashable, Sendable {
  package var lines: [Line] = []

  package init(lines: [Line] = []) {
    self.lines = lines
  }

  package static func += (page: inout Page, lines: [Line]) {
    page.lines += lines
  }

  package static func += (page: inout Page, line: Line) {
    page.lines.append(line)
  }

  /// Adds an empty line, except at the beginning or after another one.
  package mutating func gap() {
    if let last = lines.last, last != .empty { lines.append(.empty) }
  }

  package func text(for terminal: Terminal) -> String {
    lines.reduce(into: "") { text, line in
      text += line.written(inColor: terminal.hasColor)
      text += "\n"
    }
  }
}

extension Terminal {
  package func wrapped(_ text: Span) -> [Line] {
    let parts = width.map { text.text.wrapped(to: $0) } ?? [text.text]
    return parts.map { Line(Span($0, text.style)) }
  }

  /// A row with a mark and a name in a margin of `margin` columns, and its text wrapped beside them.
  package func marked(
    _ mark: Span, _ name: String, margin: Int, _ text: String, _ style: Style = .plain
  ) -> [Line] {
    func blank(_ width: Int) -> Span { Span(String(repeating: " ", count: max(0, width))) }
    let left = Terminal.markMargin + margin
    let room = width.map { max(24, min($0, Terminal.proseWidth) - left) }
    return (room.map { text.wrapped(to: $0) } ?? [text]).enumerated().map { index, part in
      guard index == 0 else { return Line(blank(left), Span(part, style)) }
      return Line(
        blank(2), mark, blank(Terminal.markMargin - 2 - mark.width), Span(name),
        blank(margin - name.displayWidth), Span(part, style))
    }
  }

  /// The columns before the name in a marked row.
  package static let markMargin = 8

  /// A label in a margin of `margin` columns, with its text wrapped beside it.
  ///
  /// - Parameter whole: for text of any length, the options that print all of it; nil for text that must be complete.
  package func labeled(
    _ label: String, margin: Int, indent: Int = 2, _ text: Span, whole: String? = nil,
    max limit: Int = String.paragraphLines
  ) -> [Line] {
    let blank = String(repeating: " ", count: indent)
    let padding = String(repeating: " ", count: max(1, margin - label.displayWidth))
    let left = indent + max(margin, label.displayWidth + 1)
    let room = width.map { max(20, min($0, Terminal.proseWidth) - left) }
    let parts =
      room.map { room in
        whole.map { text.text.wrapped(to: room, whole: $0, max: limit) } ?? text.text.wrapped(to: room)
      } ?? [text.text]
    return parts.enumerated().map { index, part in
      index == 0
        ? Line(Span(blank), Span(label, .faint), Span(padding), Span(part, text.style))
        : Line(Span(String(repeating: " ", count: left)), Span(part, text.style))
    }
  }
}
