internal import Glibc

/// Why nobody can be told anything over the session's message bus.
package enum BusError: Error, Hashable, Sendable, CustomStringConvertible {
  /// libsystemd can't be loaded.
  case library(String)
  /// This process belongs to no session with a bus, or that bus does not listen; the errno value.
  case noBus(Int32)
  /// The bus ended the connection.
  case gone
  /// Nobody owns the name, and nobody can be started for it.
  case nobody(String)
  /// The one who was called did not answer in time.
  case silent(String)
  /// The answer is an error, by its D-Bus name and words.
  case refused(call: String, name: String, message: String)
  /// A call of the library that failed with this errno value.
  case call(String, Int32)

  package var description: String {
    switch self {
    case .library(let why):
      "the session bus can't be used without libsystemd (apt install libsystemd0): \(why)"
    case .noBus(let code):
      "there is no session bus (\(String(cString: strerror(code)))); it is where DBUS_SESSION_BUS_ADDRESS says, or in XDG_RUNTIME_DIR (apt install dbus-user-session)"
    case .gone: "the session bus ended the connection"
    case .nobody(let name):
      "nobody on the session bus is \(name); start a notification server (apt install dunst, or mako-notifier)"
    case .silent(let name): "\(name) does not answer on the session bus"
    case .refused(let call, let name, let message): "\(call) is refused: \(message) (\(name))"
    case .call(let name, let code): "\(name): \(String(cString: strerror(code)))"
    }
  }

  /// The connection is of no more use.
  package var endsConnection: Bool {
    switch self {
    case .library, .noBus, .gone: true
    case .nobody, .silent, .refused, .call: false
    }
  }
}
