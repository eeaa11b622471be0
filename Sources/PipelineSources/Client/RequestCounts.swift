/// How many requests an API answered in which way, since the start.
package struct RequestCounts: Hashable, Sendable {
  /// By the status of the answer, as text: `200`, `304`; `none` without an answer.
  package private(set) var byAnswer: [String: Int] = [:]

  package init() {}

  mutating func count(status: Int?) {
    // A hostile server must not fill the memory with statuses.
    let known = status.flatMap { (100...599).contains($0) ? "\($0)" : "other" }
    byAnswer[known ?? "none", default: 0] += 1
  }
}
