package import Health

/// The last answer to a request, and why there is no newer one.
package struct Reading<Value: Hashable & Sendable>: Hashable, Sendable {
  /// The last answer; nil before the first.
  package private(set) var value: Value?
  /// The time of the answer.
  package private(set) var seenAt: Timestamp?
  /// Why the last request has no answer.
  package private(set) var failure: SourceFailure?

  package init() {}

  package init(_ value: Value, at time: Timestamp) {
    self.value = value
    seenAt = time
  }

  /// Records the outcome of a request. The last answer stays after a failure.
  package mutating func record(_ outcome: Result<Value, SourceFailure>, at time: Timestamp) {
    switch outcome {
    case .success(let value): self = Reading(value, at: time)
    case .failure(let failure): self.failure = failure
    }
  }

  /// Two readings without a time are equal if answer and failure are.
  var withoutTime: Reading {
    var reading = self
    reading.seenAt = nil
    return reading
  }

  /// The answer, unless the last request failed.
  package var current: Value? { failure == nil ? value : nil }
}
