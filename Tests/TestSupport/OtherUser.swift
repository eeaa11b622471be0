internal import Glibc

/// Creates files and sockets as another user.
package enum OtherUser {
  /// Only root can act as another user.
  package static let isPossible = geteuid() == 0
  package static let reason = "only root can create a socket as another user"

  /// Sockets that `body` creates belong to `uid` (setfsuid(2), which affects the calling thread only).
  package static func acting<Result>(as uid: UInt32, _ body: () throws -> Result) rethrows -> Result {
    set(uid)
    defer { set(geteuid()) }
    return try body()
  }

  private static func set(_ uid: UInt32) {
    // Glibc's module does not include sys/fsuid.h.
    typealias Call = @convention(c) (UInt32) -> Int32
    guard let symbol = dlsym(nil, "setfsuid") else { return }
    _ = unsafeBitCast(symbol, to: Call.self)(uid)
  }
}
