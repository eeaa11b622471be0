internal import CBus
internal import Glibc

/// A bus message that is read in order. deinit releases it.
final class BusMessage {
  private let functions: oceanid_bus
  private let message: OpaquePointer

  /// Takes ownership of a reference.
  init(owning message: OpaquePointer, _ functions: oceanid_bus) {
    self.message = message
    self.functions = functions
  }

  deinit { _ = functions.message_unref(message) }

  func isSignal(_ interface: String, _ member: String) -> Bool {
    functions.message_is_signal(message, interface, member) > 0
  }

  /// True if the message is the reply to a call.
  var isAnswer: Bool {
    var type: UInt8 = 0
    return functions.message_get_type(message, &type) >= 0 && type == UInt8(SD_BUS_MESSAGE_METHOD_RETURN)
  }

  // MARK: - Reading

  /// The next value; nil if it has another type.
  func uint32() -> UInt32? {
    var value: UInt32 = 0
    guard functions.message_read_basic(message, BusMessage.type("u"), &value) > 0 else { return nil }
    return value
  }

  func string() -> String? {
    var text: UnsafePointer<CChar>?
    // The pointer refers to memory of the message (sd_bus_message_read_basic(3)).
    guard functions.message_read_basic(message, BusMessage.type("s"), &text) > 0, let text else { return nil }
    return String(cString: text)
  }

  func strings() -> [String]? {
    guard functions.message_enter_container(message, BusMessage.type("a"), "s") > 0 else { return nil }
    var all: [String] = []
    while let text = string() { all.append(text) }
    _ = functions.message_exit_container(message)
    return all
  }

  // MARK: - Writing

  func append(_ value: BusValue) throws(BusError) {
    switch value {
    case .byte(var byte): try append("y", &byte)
    case .bool(let flag):
      // sd_bus_message_append_basic(3) expects a boolean as an int.
      var number: Int32 = flag ? 1 : 0
      try append("b", &number)
    case .int32(var number): try append("i", &number)
    case .uint32(var number): try append("u", &number)
    case .string(let text):
      try check(
        "sd_bus_message_append_basic",
        text.withCString { functions.message_append_basic(message, BusMessage.type("s"), $0) })
    case .strings(let texts):
      try container("a", "s") { () throws(BusError) in
        for text in texts { try append(.string(text)) }
      }
    case .dictionary(let entries):
      try container("a", "{sv}") { () throws(BusError) in
        for (name, value) in entries.sorted(by: { $0.key < $1.key }) {
          try container("e", "sv") { () throws(BusError) in
            try append(.string(name))
            try container("v", value.signature) { () throws(BusError) in try append(value) }
          }
        }
      }
    }
  }

  private func append(_ type: Unicode.Scalar, _ value: UnsafeRawPointer) throws(BusError) {
    try check(
      "sd_bus_message_append_basic", functions.message_append_basic(message, BusMessage.type(type), value))
  }

  private func container(
    _ type: Unicode.Scalar, _ contents: String, _ body: () throws(BusError) -> Void
  ) throws(BusError) {
    try check(
      "sd_bus_message_open_container",
      functions.message_open_container(message, BusMessage.type(type), contents))
    try body()
    try check("sd_bus_message_close_container", functions.message_close_container(message))
  }

  private func check(_ name: String, _ code: Int32) throws(BusError) {
    if code < 0 { throw .call(name, -code) }
  }

  private static func type(_ scalar: Unicode.Scalar) -> CChar { CChar(truncatingIfNeeded: scalar.value) }
}
