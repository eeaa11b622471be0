package import Health

/// The states of one subject over a time range: up, down or unknown. Unknown time never counts as up.
package struct Availability: Hashable {
  package enum State: Hashable {
    case up, down, unknown
  }

  package struct Span: Hashable {
    package let from: Timestamp
    package internal(set) var to: Timestamp
    package let state: State
  }

  package init() {}

  /// The spans cover the report from its beginning to its end, without gaps.
  package private(set) var spans: [Span] = []

  /// Adjacent spans with the same state are merged; empty spans are dropped.
  package mutating func append(_ state: State, from: Timestamp, to: Timestamp) {
    guard to > from else { return }
    if let last = spans.last, last.state == state, last.to >= from {
      spans[spans.count - 1].to = to
    } else {
      spans.append(Span(from: from, to: to, state: state))
    }
  }

  package func length(of state: State) -> Duration {
    spans.filter { $0.state == state }.reduce(.zero) { $0 + ($1.to - $1.from) }
  }

  /// The same spans, but unknown wherever `cover` is down or unknown.
  func masked(by cover: Availability) -> Availability {
    let moments = Set((spans + cover.spans).flatMap { [$0.from, $0.to] }).sorted()
    var result = Availability()
    for (from, to) in zip(moments, moments.dropFirst()) {
      guard let own = state(at: from) else { continue }
      let isCovered = cover.state(at: from).map { $0 != .up } ?? false
      result.append(isCovered ? .unknown : own, from: from, to: to)
    }
    return result
  }

  private func state(at moment: Timestamp) -> State? {
    spans.first { $0.from <= moment && moment < $0.to }?.state
  }

  /// The states of `count` cells of equal length. Each cell shows its worst state, so that short ones stay visible.
  package func cells(_ count: Int) -> [State] {
    guard let begin = spans.first?.from, let end = spans.last?.to, end > begin else { return [] }
    let length = (end - begin).inMilliseconds
    var cells = [State](repeating: .up, count: count)
    // In increasing order of precedence.
    for state in [State.unknown, .down] {
      for span in spans where span.state == state {
        let first = Int((span.from - begin).inMilliseconds * Int64(count) / length)
        let last = Int(((span.to - begin).inMilliseconds * Int64(count) - 1) / length)
        for cell in max(0, first)...min(count - 1, max(first, last)) { cells[cell] = state }
      }
    }
    return cells
  }
}
