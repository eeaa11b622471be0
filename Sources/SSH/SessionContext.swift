/// What libssh2 is lent for the callbacks of one session.
final class SessionContext {
  let wire = Wire()
  let memory = SessionMemory()
  /// How the server said goodbye; nil while it did not.
  var farewell: String?

  /// Of the pointer to it that libssh2 hands to each callback.
  static func at(_ pointer: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> SessionContext? {
    pointer?.pointee.map { Unmanaged<SessionContext>.fromOpaque($0).takeUnretainedValue() }
  }
}
