/// A NodeList of any length, generated in pieces.
struct HugeList: IteratorProtocol {
  private static let start = Array(
    #"{"kind":"NodeList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"the-first"}}"#.utf8)
  private static let piece = Array(
    String(repeating: #",{"metadata":{"name":"one-of-very-many-nodes"}}"#, count: 1000).utf8)
  private static let end = Array("]}".utf8)

  private let pieces: Int
  private var index = -1

  init(bytes: Int) { pieces = max(1, bytes / Self.piece.count) }

  /// Total length in bytes.
  var length: Int { Self.start.count + pieces * Self.piece.count + Self.end.count }

  mutating func next() -> [UInt8]? {
    defer { index += 1 }
    return switch index {
    case -1: Self.start
    case ..<pieces: Self.piece
    case pieces: Self.end
    default: nil
    }
  }
}
