internal import CBus
internal import Glibc

/// A connection to the message bus of this user's session (sd-bus(3)). Use it from one thread; closes itself.
final class SessionBus {
  /// A method of somebody on the bus.
  struct Method: Hashable, Sendable {
    let destination: String
    let path: String
    let interface: String
    let member: String
  }

  private let functions: oceanid_bus
  private let bus: OpaquePointer

  /// How long somebody may take to answer, in microseconds: as long as a desktop may take to start him.
  private static let patience: UInt64 = 5_000_000

  /// Connects; the bus's hello is waited for by the first call.
  init() throws(BusError) {
    let functions = try BusLibrary.functions.get()
    var opened: OpaquePointer?
    let code = functions.open_user(&opened)
    guard code >= 0, let opened else { throw .noBus(-code) }
    self.functions = functions
    bus = opened
  }

  deinit {
    // Without a last flush, which could wait for a bus that hangs.
    _ = functions.close_unref(bus)
  }

  /// To wait on with poll(2); what comes is read by `next`.
  var raw: Int32 { functions.get_fd(bus) }

  /// The events of poll(2) to wait for.
  var events: Int16 { Int16(clamping: max(0, functions.get_events(bus))) }

  /// Calls a method and waits for its answer.
  func call(_ method: Method, _ arguments: [BusValue] = []) throws(BusError) -> BusMessage {
    var made: OpaquePointer?
    try check(
      "sd_bus_message_new_method_call",
      functions.message_new_method_call(
        bus, &made, method.destination, method.path, method.interface, method.member))
    guard let made else { throw .call("sd_bus_message_new_method_call", ENOMEM) }
    let message = BusMessage(owning: made, functions)
    for argument in arguments { try message.append(argument) }

    var failure = sd_bus_error()
    defer { functions.error_free(&failure) }
    var answer: OpaquePointer?
    let code = functions.call(bus, made, SessionBus.patience, &failure, &answer)
    if code >= 0, let answer { return BusMessage(owning: answer, functions) }
    let name = failure.name.map { String(cString: $0) } ?? ""
    switch name {
    case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner":
      throw .nobody(method.destination)
    case _ where name.hasPrefix("org.freedesktop.DBus.Error.Spawn."): throw .nobody(method.destination)
    case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.TimedOut",
      "org.freedesktop.DBus.Error.Timeout":
      guard functions.is_open(bus) > 0 else { throw .gone }
      throw .silent(method.destination)
    case _ where functions.is_open(bus) <= 0 || [ECONNRESET, ENOTCONN, EPIPE].contains(-code):
      throw .gone
    case "",
      _ where name.hasPrefix("System.Error."):
      throw -code == ETIMEDOUT ? .silent(method.destination) : .call(method.member, -code)
    default:
      throw .refused(
        call: method.member, name: name, message: failure.message.map { String(cString: $0) } ?? "")
    }
  }

  /// Asks the bus for what matches a rule (D-Bus specification, "Match Rules").
  ///
  /// By hand and not by sd_bus_add_match(3): what the bus then sends is read without callbacks.
  func listen(_ rule: String) throws(BusError) {
    _ = try call(
      Method(
        destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus",
        interface: "org.freedesktop.DBus", member: "AddMatch"), [.string(rule)])
  }

  /// The next message that has come; nil where none has. Never waits.
  func next() throws(BusError) -> BusMessage? {
    while true {
      var message: OpaquePointer?
      let code = functions.process(bus, &message)
      let read = message.map { BusMessage(owning: $0, functions) }
      // At its end a connection is open no more, without an error.
      guard code >= 0, functions.is_open(bus) > 0 else { throw .gone }
      if let read { return read }
      guard code > 0 else { return nil }
    }
  }

  private func check(_ name: String, _ code: Int32) throws(BusError) {
    guard code < 0 else { return }
    throw [ECONNRESET, ENOTCONN, EPIPE].contains(-code) ? .gone : .call(name, -code)
  }
}
