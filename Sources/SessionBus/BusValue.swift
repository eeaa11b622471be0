/// An argument of a method, limited to the D-Bus types that are used here.
enum BusValue: Hashable, Sendable {
  case byte(UInt8)
  case bool(Bool)
  case int32(Int32)
  case uint32(UInt32)
  case string(String)
  case strings([String])
  /// `a{sv}` with basic values.
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
