internal import CBus

/// The functions of libsystemd that talk to a bus, loaded when the first connection is made.
enum BusLibrary {
  static let functions: Result<oceanid_bus, BusError> = {
    var functions = oceanid_bus()
    guard let missing = oceanid_bus_load(&functions) else { return .success(functions) }
    return .failure(.library(String(cString: missing)))
  }()
}
