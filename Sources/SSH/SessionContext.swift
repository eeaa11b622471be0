/// The state that libssh2's callbacks of one session use.
final class SessionContext {
  let wire = Wire()
  let memory = SessionMemory()
  /// The server's disconnect message; nil if it sent none.
  var disconnectMessage: String?

  /// Recovers the context from the pointer that libssh2 passes to each callback.
  static func at(_ pointer: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> SessionContext? {
    pointer?.pointee.map { Unmanaged<SessionContext>.fromOpaque($0).takeUnretainedValue() }
  }
}
