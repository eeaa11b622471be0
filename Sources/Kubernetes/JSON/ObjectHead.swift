internal import Health

/// Reads the name of an object from the beginning of its JSON, for an object that is not decoded.
enum ObjectHead {
  struct Name: Hashable {
    /// Empty for cluster-scoped objects.
    let namespace: String
    let name: String
  }

  /// nil if the name is not in these bytes.
  static func name(in bytes: UnsafeRawBufferPointer) -> Name? {
    var depth = 0
    var isMetadata = false
    var key = ""
    var found: [String: String] = [:]
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        guard let text = text(bytes, &index) else { return name(found) }
        let isKey = bytes[index...].first { ![0x20, 0x0a, 0x0d, 0x09].contains($0) } == UInt8(ascii: ":")
        switch (depth, isKey) {
        case (1, true): isMetadata = text == "metadata"
        case (2, true): key = text
        case (2, false) where isMetadata && ["name", "namespace"].contains(key): found[key] = text
        default: break
        }
      default: break
      }
    }
    return name(found)
  }

  private static func name(_ found: [String: String]) -> Name? {
    found["name"].map { Name(namespace: found["namespace"] ?? "", name: $0) }
  }

  /// Reads up to the closing quote and moves `index` behind it. Names contain no escapes, so none is decoded.
  private static func text(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> String? {
    let start = index
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\\") {
        index += 1
      } else if byte == UInt8(ascii: "\"") {
        return String(decoding: bytes[start..<index - 1], as: UTF8.self).clipped.escapedName
      }
    }
    return nil
  }
}
