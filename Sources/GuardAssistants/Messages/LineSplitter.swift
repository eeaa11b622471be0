/// Splits a stream of bytes into lines of bounded length. A longer line is dropped up to its line feed.
package struct LineSplitter: Sendable {
  /// In bytes. Requests of clients have some hundred.
  package static let usualLimit = 1 << 20

  private let limit: Int
  private var pending: [UInt8] = []
  private var isDropping = false
  /// The number of lines that were dropped.
  package private(set) var dropped = 0

  package init(limit: Int = usualLimit) { self.limit = limit }

  /// The lines that end in these bytes, without their line feed; empty lines are left out.
  package mutating func add(_ bytes: some Collection<UInt8>) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      append(rest[..<end])
      if isDropping {
        isDropping = false
      } else if !pending.isEmpty {
        lines.append(pending)
      }
      pending = []
      rest = rest[rest.index(after: end)...]
    }
    append(rest)
    return lines
  }

  private mutating func append(_ bytes: some Collection<UInt8>) {
    guard !isDropping else { return }
    guard pending.count + bytes.count <= limit else {
      pending = []
      isDropping = true
      dropped += 1
      return
    }
    pending += bytes
  }
}
