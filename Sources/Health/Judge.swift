/// What the rules remember from one judgement to the next.
public struct Memory: Hashable, Sendable {
  /// Problem id to the moment when it was first seen.
  public var firstSeen: [String: Timestamp]

  public init(firstSeen: [String: Timestamp] = [:]) {
    self.firstSeen = firstSeen
  }
}
