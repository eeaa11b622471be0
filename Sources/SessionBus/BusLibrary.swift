internal import CBus

/// The bus functions of libsystemd. They are loaded with the first connection, because linking the library
/// would slow the start of every command.
enum BusLibrary {
  static let functions: Result<oceanid_bus, BusError> = {
    var functions = oceanid_bus()
    guard let missing = oceanid_bus_load(&functions) else { return .success(functions) }
    return .failure(.library(String(cString: missing)))
  }()
}
