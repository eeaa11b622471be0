internal import Glibc

/// The reason why a call over the session bus failed.
package enum BusError: Error, Hashable, Sendable, CustomStringConvertible {
  /// libsystemd could not be loaded.
  case library(String)
  /// This process has no session bus, or the bus is not listening; the errno value.
  case noBus(Int32)
  /// The bus closed the connection.
  case disconnected
  /// No process owns the name, and none could be started for it.
  case noOwner(String)
  /// The called process did not answer in time.
  case noReply(String)
  /// The call returned an error, with its D-Bus name and message.
  case refused(call: String, name: String, message: String)
  /// A library call failed with this errno value.
  case call(String, Int32)

  package var description: String {
    switch self {
    case .library(let why):
      "the session bus can't be used without libsystemd (apt install libsystemd0): \(why)"
    case .noBus(let code):
      """
      no session bus (\(String(cString: strerror(code)))); set DBUS_SESSION_BUS_ADDRESS or XDG_RUNTIME_DIR (apt \
      install dbus-user-session)
      """
    case .disconnected: "the session bus closed the connection"
    case .noOwner(let name):
      "\(name) is not on the session bus; start a notification server (apt install dunst, or mako-notifier)"
    case .noReply(let name): "\(name) does not answer on the session bus"
    case .refused(let call, let name, let message): "\(call) failed: \(message) (\(name))"
    case .call(let name, let code): "\(name): \(String(cString: strerror(code)))"
    }
  }

  /// True if the connection can no longer be used.
  package var endsConnection: Bool {
    switch self {
    case .library, .noBus, .disconnected: true
    case .noOwner, .noReply, .refused, .call: false
    }
  }
}
