internal import CLibSystemd
internal import Glibc

/// A connection to a message bus that listens to signals (sd-bus(3)). One thread or queue at a time.
struct Bus: ~Copyable {
  /// One boolean signal: `org.freedesktop.login1.Manager.PrepareForSleep(b)`.
  struct Signal {
    /// Only the owner of this name is believed; nil: anybody.
    let sender: String?
    let path: String
    let interface: String
    let member: String

    /// A match rule as the D-Bus specification writes it ("Match Rules").
    fileprivate var rule: String {
      let rule = "type='signal',path='\(path)',interface='\(interface)',member='\(member)'"
      return sender.map { "\(rule),sender='\($0)'" } ?? rule
    }
  }

  private let bus: OpaquePointer
  private let signal: Signal

  /// Connects, and waits for the bus to say hello.
  ///
  /// - Parameter address: as in DBUS_SYSTEM_BUS_ADDRESS; nil: the system bus.
  init(address: String?, listeningTo signal: Signal) throws(SystemdError) {
    self.bus = try Bus.connect(address, signal.rule)
    self.signal = signal
  }

  deinit {
    // Closes without a last flush, which could wait for a bus that hangs.
    sd_bus_close_unref(bus)
  }

  /// Readable: call `read`.
  var raw: Int32 { sd_bus_get_fd(bus) }

  /// The values of the signals that have come, oldest first.
  ///
  /// - Throws: when the connection is gone.
  func read() throws(SystemdError) -> [Bool] {
    var values: [Bool] = []
    while true {
      var message: OpaquePointer?
      let result = sd_bus_process(bus, &message)
      defer { sd_bus_message_unref(message) }
      try Bus.check(result, "sd_bus_process")
      // At its end a connection is open no more, without an error.
      guard sd_bus_is_open(bus) > 0 else {
        throw SystemdError(operation: "sd_bus_process", code: ENOTCONN, detail: "the message bus is gone")
      }
      guard result > 0 else { return values }
      if let message, let value = value(of: message) { values.append(value) }
    }
  }

  private func value(of message: OpaquePointer) -> Bool? {
    // What is sent to us alone has passed no match rule, so nobody vouches for its sender.
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

  /// AddMatch by hand: what the bus then sends is read without callbacks.
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
    try check(sd_bus_call(bus, call, patience, nil, nil), "AddMatch")
  }

  /// How long the bus may take to answer, in microseconds.
  private static let patience: UInt64 = 5_000_000

  private static func require(_ pointer: OpaquePointer?) throws(SystemdError) -> OpaquePointer {
    guard let pointer else {
      throw SystemdError(operation: "sd-bus", code: ENOMEM, detail: "no object was made")
    }
    return pointer
  }

  private static func check(_ result: Int32, _ operation: String) throws(SystemdError) {
    guard result < 0 else { return }
    throw SystemdError(operation: operation, code: -result, detail: "the message bus can't be listened to")
  }
}
