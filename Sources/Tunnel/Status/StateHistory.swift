package import GuardTypes

/// When the tunnel was up and when it was not, and why. Times are milliseconds since 1970 UTC.
package struct StateHistory: Hashable, Sendable {
  package struct Span: Hashable, Sendable {
    package let state: TunnelAvailability
    package let since: Int64
    /// nil for the current span.
    package fileprivate(set) var until: Int64?
    /// The failure at its beginning; nil after a start of the guard or a requested reconnect.
    package fileprivate(set) var code: TunnelErrorCode?
  }

  /// Older spans are dropped: a tunnel that flaps all day must not make the document grow without limit.
  package static let capacity = 256

  /// The spans without gaps, oldest first.
  package private(set) var spans: [Span] = []

  package init() {}

  package mutating func record(_ state: TunnelState, at time: Int64, code: TunnelErrorCode?) {
    let last = spans.last
    let next: TunnelAvailability =
      switch state {
      case .up: .up
      case .backoff: .down
      // An attempt from the blocked state belongs to the same outage.
      case .connecting: last?.state == .blocked ? .blocked : .down
      case .blocked: .blocked
      case .stopped: .stopped
      }
    if let last, last.state == next {
      if last.code == nil, next != .up { spans[spans.count - 1].code = code }
      return
    }
    // The real-time clock may have been set back in the meantime.
    let since = max(time, last?.since ?? time)
    if !spans.isEmpty { spans[spans.count - 1].until = since }
    if spans.count == Self.capacity { spans.removeFirst() }
    spans.append(Span(state: next, since: since, code: next == .up || next == .stopped ? nil : code))
  }
}
