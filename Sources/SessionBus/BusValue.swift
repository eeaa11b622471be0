/// What a method is called with: the types of the D-Bus specification that somebody here needs.
enum BusValue: Hashable, Sendable {
  case byte(UInt8)
  case bool(Bool)
  case int32(Int32)
  case uint32(UInt32)
  case string(String)
  case strings([String])
  /// `a{sv}`; the values are basic ones.
  case dictionary([String: BusValue])

  /// Its D-Bus signature.
  var signature: String {
    switch self {
    case .byte: "y"
    case .bool: "b"
    case .int32: "i"
    case .uint32: "u"
    case .string: "s"
    case .strings: "as"
    case .dictionary: "a{sv}"
    }
  }
}
