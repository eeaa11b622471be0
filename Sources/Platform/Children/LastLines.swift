/// The last lines of a stream of any length. A line whose beginning was dropped is dropped as a whole, because the name
/// before a credential may have been in it.
package struct LastLines: Sendable {
  private let limit: Int
  private var kept: [UInt8] = []
  private var isCut = false

  /// - Parameter limit: in bytes.
  package init(limit: Int) { self.limit = limit }

  package mutating func append(_ bytes: some Collection<UInt8>) {
    kept += bytes
    guard kept.count > limit else { return }
    kept.removeFirst(kept.count - limit)
    isCut = true
  }

  package var text: String {
    guard isCut else { return String(decoding: kept, as: UTF8.self) }
    let end = kept.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? kept.endIndex
    return String(decoding: kept[end...], as: UTF8.self)
  }
}
