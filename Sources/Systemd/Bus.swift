internal import CLibSystemd
internal import Glibc

/// A connection to a message bus that receives signals (sd-bus(3)). Use it from one thread or queue at a time.
struct Bus: ~Copyable {
  /// A signal with one boolean argument, for example `org.freedesktop.login1.Manager.PrepareForSleep(b)`.
  struct Signal {
    /// Only signals of this name's owner are accepted; nil accepts any sender.
    let sender: String?
    let path: String
    let interface: String
    let member: String

    /// The match rule in the D-Bus specification's syntax ("Match Rules").
    fileprivate var rule: String {
      let rule = "type='signal',path='\(path)',interface='\(interface)',member='\(member)'"
      return sender.map { "\(rule),sender='\($0)'" } ?? rule
    }
  }

  private let bus: OpaquePointer
  private let signal: Signal

  /// Connects and waits for the bus's reply to Hello.
  ///
  /// - Parameter address: in the format of DBUS_SYSTEM_BUS_ADDRESS; nil selects the system bus.
  init(address: String?, listeningTo signal: Signal) throws(SystemdError) {
    self.bus = try Bus.connect(address, signal.rule)
    self.signal = signal
  }

  deinit {
    // Closes without a final flush, which could block if the bus hangs.
    sd_bus_close_unref(bus)
  }

  /// The raw descriptor. When it is readable, call `read`.
  var raw: Int32 { sd_bus_get_fd(bus) }

  /// The values of the received signals, oldest first.
  ///
  /// - Throws: `SystemdError` if the connection is closed.
  func read() throws(SystemdError) -> [Bool] {
    var values: [Bool] = []
    while true {
      var message: OpaquePointer?
      let result = sd_bus_process(bus, &message)
      defer { sd_bus_message_unref(message) }
      try Bus.check(result, "sd_bus_process")
      // sd-bus reports a closed connection without an error code.
      guard sd_bus_is_open(bus) > 0 else {
        throw SystemdError(operation: "sd_bus_process", code: ENOTCONN, detail: "the message bus is gone")
      }
      guard result > 0 else { return values }
      if let message, let value = value(of: message) { values.append(value) }
    }
  }

  private func value(of message: OpaquePointer) -> Bool? {
    // A unicast message has bypassed the match rule, so its sender is not verified.
    guard sd_bus_message_is_signal(message, signal.interface, signal.member) > 0,
      sd_bus_message_get_destination(message) == nil
    else { return nil }
    var value: Int32 = 0
    guard sd_bus_message_read_basic(message, CChar(UInt8(ascii: "b")), &value) > 0 else { return nil }
    return value != 0
  }

  private static func connect(_ address: String?, _ rule: String) throws(SystemdError) -> OpaquePointer {
    let bus = try open(address)
    do throws(SystemdError) {
      try subscribe(bus, rule)
    } catch {
      sd_bus_close_unref(bus)
      throw error
    }
    return bus
  }

  private static func open(_ address: String?) throws(SystemdError) -> OpaquePointer {
    var opened: OpaquePointer?
    guard let address else {
      try check(sd_bus_open_system(&opened), "sd_bus_open_system")
      return try require(opened)
    }
    try check(sd_bus_new(&opened), "sd_bus_new")
    let bus = try require(opened)
    var result = sd_bus_set_address(bus, address)
    if result >= 0 { result = sd_bus_set_bus_client(bus, 1) }
    if result >= 0 { result = sd_bus_start(bus) }
    if result < 0 { sd_bus_unref(bus) }
    try check(result, "sd_bus_start")
    return bus
  }

  /// Calls AddMatch directly, so that messages are read without callbacks.
  private static func subscribe(_ bus: OpaquePointer, _ rule: String) throws(SystemdError) {
    var made: OpaquePointer?
    try check(
      sd_bus_message_new_method_call(
        bus, &made, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch"),
      "sd_bus_message_new_method_call")
    let call = try require(made)
    defer { sd_bus_message_unref(call) }
    try check(
      rule.withCString { sd_bus_message_append_basic(call, CChar(UInt8(ascii: "s")), $0) },
      "sd_bus_message_append_basic")
    try check(sd_bus_call(bus, call, timeLimit, nil, nil), "AddMatch")
  }

  /// Timeout for a reply of the bus in microseconds.
  private static let timeLimit: UInt64 = 5_000_000

  private static func require(_ pointer: OpaquePointer?) throws(SystemdError) -> OpaquePointer {
    guard let pointer else {
      throw SystemdError(operation: "sd-bus", code: ENOMEM, detail: "no object was created")
    }
    return pointer
  }

  private static func check(_ result: Int32, _ operation: String) throws(SystemdError) {
    guard result < 0 else { return }
    throw SystemdError(operation: operation, code: -result, detail: "can't subscribe to the message bus")
  }
}
