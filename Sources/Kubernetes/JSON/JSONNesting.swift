/// Checks the nesting depth of a document before a recursive parser reads it.
enum JSONNesting {
  /// Kubernetes objects stay below 30 levels; etcd and the API server accept at most 10,000.
  static let limit = 200

  /// False if brackets outside of strings nest deeper than `limit`.
  static func isWithinLimit(_ document: [UInt8], limit: Int = limit) -> Bool {
    var depth = 0
    var isInString = false
    var isEscaped = false
    return document.withUnsafeBufferPointer { bytes in
      for byte in bytes {
        if isInString {
          if isEscaped {
            isEscaped = false
          } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
          } else if byte == UInt8(ascii: "\"") {
            isInString = false
          }
          continue
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          depth += 1
          if depth > limit { return false }
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
      }
      return true
    }
  }
}
