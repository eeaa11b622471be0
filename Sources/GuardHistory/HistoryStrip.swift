package import GuardAPI
package import GuardTerminal
import GuardTypes
package import Health

/// The tunnel's recent history as one line of cells, and below it each outage with its exact times.
///
/// A cell is low if the tunnel was up all the time. It is higher the longer the tunnel was down.
package struct HistoryStrip {
  /// The possible lengths of a cell in seconds: round numbers only.
  private static let scales: [Int64] =
    [1, 2, 5, 10, 15, 20, 30]
    + [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 720].map { $0 * 60 }
  private static let maxOutages = 10
  /// A shorter interruption without an error is a start or a requested reconnect, not an outage.
  private static let calm: Duration = .seconds(10)

  private let history: [StateSpanDocument]
  private let range: Duration
  private let now: Timestamp

  package init(history: [StateSpanDocument], range: Duration, now: Timestamp) {
    self.history = history
    self.range = range
    self.now = now
  }

  private var start: Timestamp { now - range }

  /// Empty if the tunnel has no history.
  package func lines(margin: Int, _ terminal: Terminal) -> [Line] {
    guard let known = history.first?.since, range > .zero else { return [] }
    let room = Int64(max(20, (terminal.width ?? 80) - margin))
    let length = range.inMilliseconds
    let scale = HistoryStrip.scales.first { $0 * 1000 * room >= length } ?? length / room / 1000 + 1
    let cell = scale * 1000
    let count = Int((length + cell - 1) / cell)
    var lines = terminal.labeled("History", margin: margin, indent: 0, summary(known))
    let blank = Span(String(repeating: " ", count: margin))
    lines.append(Line([blank] + cells(count, cell, known, terminal)))
    let from = (now - .milliseconds(cell * Int64(count))).clock(at: now)
    let legend = "each \(Duration.seconds(scale).exact)"
    let to = now.clock(at: now)
    let space = count - from.count - legend.count - to.count
    if space >= 2 {
      let left = String(repeating: " ", count: space / 2)
      let right = String(repeating: " ", count: space - space / 2)
      lines.append(Line(blank, Span(from + left + legend + right + to, .faint)))
    } else {
      lines.append(Line(blank, Span(legend, .faint)))
    }
    lines += outages.suffix(HistoryStrip.maxOutages).reversed().flatMap { span in
      terminal.labeled("", margin: margin, indent: 0, words(span))
    }
    if outages.count > HistoryStrip.maxOutages {
      lines.append(Line(blank, Span("and \(outages.count - HistoryStrip.maxOutages) earlier ones")))
    }
    return lines
  }

  /// A time without a session. Attempts, and the wait for the user after a permanent error, are one outage.
  private struct Outage {
    let since: Timestamp
    var until: Timestamp?
    /// Each error once, in the order of their appearance.
    var codes: [String]
    var isBlocked: Bool

    init(_ span: StateSpanDocument) {
      since = span.since
      until = span.until
      codes = [span.code].compactMap(\.self)
      isBlocked = span.state == .blocked
    }

    mutating func add(_ span: StateSpanDocument) {
      until = span.until
      codes += [span.code].compactMap(\.self).filter { !codes.contains($0) }
      isBlocked = isBlocked || span.state == .blocked
    }
  }

  private func summary(_ known: Timestamp) -> Span {
    let begin = known > start ? ", known since \(known.clock(at: now))" : ""
    let down = outages.reduce(Duration.zero) { $0 + max($1.since, start).length(until: $1.until ?? now) }
    return outages.isEmpty
      ? Span("no outage in \(range.exact)\(begin)")
      : Span("\(outages.count.of("outage")) in \(range.exact), \(down.exact) in all\(begin)")
  }

  /// The times in which the tunnel was down long enough to be noticed, oldest first.
  private var outages: [Outage] {
    var outages: [Outage] = []
    for span in history where span.state == .down || span.state == .blocked {
      if let last = outages.last, last.until == span.since {
        outages[outages.count - 1].add(span)
      } else {
        outages.append(Outage(span))
      }
    }
    return outages.filter { outage in
      (outage.until ?? now) > start
        && (!outage.codes.isEmpty || (outage.until ?? now) - outage.since >= HistoryStrip.calm)
    }
  }

  private func words(_ outage: Outage) -> Span {
    let begin = outage.since.clock(at: now)
    let time = outage.until.map { "\(begin) to \($0.clock(at: now))" } ?? "since \(begin)"
    let why =
      outage.codes.isEmpty
      ? "no error: a start or a requested reconnect" : outage.codes.joined(separator: ", then ")
    return Span(
      """
      \(outage.isBlocked ? "blocked" : "down") \(time), \(outage.since.length(until: outage.until ?? now).exact), \
      \(why)
      """,
      outage.until == nil ? .bad : .plain)
  }

  // MARK: - Cells

  private func cells(_ count: Int, _ cell: Int64, _ known: Timestamp, _ terminal: Terminal) -> [Span] {
    var spans: [Span] = []
    var run = ""
    var style = Style.plain
    for index in 0..<count {
      let end = now.milliseconds - cell * Int64(count - 1 - index)
      let (mark, look) = mark(end - cell, end, known, terminal.drawsBlocks)
      if look != style, !run.isEmpty {
        spans.append(Span(run, style))
        run = ""
      }
      style = look
      run += mark
    }
    return spans + [Span(run, style)]
  }

  private func mark(_ from: Int64, _ to: Int64, _ known: Timestamp, _ hasBlocks: Bool) -> (String, Style) {
    guard to > known.milliseconds else { return (" ", .plain) }
    func overlap(_ times: [(since: Timestamp, until: Timestamp?)]) -> Int64 {
      times.reduce(0) { sum, time in
        sum + max(0, min(to, (time.until ?? now).milliseconds) - max(from, time.since.milliseconds))
      }
    }
    let down = overlap(outages.map { ($0.since, $0.until) })
    if down == 0 {
      let stops = history.filter { $0.state == .stopped }.map { ($0.since, $0.until) }
      let stopped = overlap(stops) * 2 > to - from
      return stopped ? (hasBlocks ? "·" : " ", .faint) : (hasBlocks ? "▁" : ".", .good)
    }
    let isWhole = down * 10 >= (to - from) * 9
    guard hasBlocks else { return (isWhole ? "#" : "+", .bad) }
    // The eight heights U+2581 to U+2588: the lowest one is up.
    let heights = Array("▂▃▄▅▆▇█").map(String.init)
    return (heights[min(heights.count - 1, Int(down * Int64(heights.count) / (to - from)))], .bad)
  }
}
