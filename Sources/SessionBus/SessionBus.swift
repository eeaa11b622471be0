internal import CBus
internal import Glibc

/// A connection to this user's session bus (sd-bus(3)). Use it from one thread; deinit closes it.
final class SessionBus {
  /// A method of an object on the bus.
  struct Method: Hashable, Sendable {
    let destination: String
    let path: String
    let interface: String
    let member: String
  }

  private let functions: oceanid_bus
  private let bus: OpaquePointer

  /// The timeout for a reply in microseconds. It includes the time that the desktop needs to start the service.
  private static let timeLimit: UInt64 = 5_000_000

  /// Connects. The first call waits for the bus's reply to Hello.
  init() throws(BusError) {
    let functions = try BusLibrary.functions.get()
    var opened: OpaquePointer?
    let code = functions.open_user(&opened)
    guard code >= 0, let opened else { throw .noBus(-code) }
    self.functions = functions
    bus = opened
  }

  deinit {
    // Closes without a final flush, which could block if the bus hangs.
    _ = functions.close_unref(bus)
  }

  /// The raw descriptor for poll(2); `next` reads the messages.
  var raw: Int32 { functions.get_fd(bus) }

  /// The events of poll(2) to wait for.
  var events: Int16 { Int16(clamping: max(0, functions.get_events(bus))) }

  /// Calls a method and waits for its reply.
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
    let code = functions.call(bus, made, SessionBus.timeLimit, &failure, &answer)
    if code >= 0, let answer { return BusMessage(owning: answer, functions) }
    let name = failure.name.map { String(cString: $0) } ?? ""
    switch name {
    case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner":
      throw .noOwner(method.destination)
    case _ where name.hasPrefix("org.freedesktop.DBus.Error.Spawn."): throw .noOwner(method.destination)
    case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.TimedOut",
      "org.freedesktop.DBus.Error.Timeout":
      guard functions.is_open(bus) > 0 else { throw .disconnected }
      throw .noReply(method.destination)
    case _ where functions.is_open(bus) <= 0 || [ECONNRESET, ENOTCONN, EPIPE].contains(-code):
      throw .disconnected
    case "",
      _ where name.hasPrefix("System.Error."):
      throw -code == ETIMEDOUT ? .noReply(method.destination) : .call(method.member, -code)
    default:
      throw .refused(
        call: method.member, name: name, message: failure.message.map { String(cString: $0) } ?? "")
    }
  }

  /// Subscribes to the messages that match a rule (D-Bus specification, "Match Rules").
  ///
  /// Calls AddMatch directly instead of sd_bus_add_match(3), so that messages are read without callbacks.
  func subscribe(_ rule: String) throws(BusError) {
    _ = try call(
      Method(
        destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus",
        interface: "org.freedesktop.DBus", member: "AddMatch"), [.string(rule)])
  }

  /// The next received message; nil if there is none. Does not wait.
  func next() throws(BusError) -> BusMessage? {
    while true {
      var message: OpaquePointer?
      let code = functions.process(bus, &message)
      let read = message.map { BusMessage(owning: $0, functions) }
      // sd-bus reports a closed connection without an error code.
      guard code >= 0, functions.is_open(bus) > 0 else { throw .disconnected }
      if let read { return read }
      guard code > 0 else { return nil }
    }
  }

  private func check(_ name: String, _ code: Int32) throws(BusError) {
    guard code < 0 else { return }
    throw [ECONNRESET, ENOTCONN, EPIPE].contains(-code) ? .disconnected : .call(name, -code)
  }
}
