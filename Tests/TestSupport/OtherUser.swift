internal import Glibc

/// Another user's name for what a thread makes.
package enum OtherUser {
  /// Only root can act as another.
  package static let isPossible = geteuid() == 0
  package static let reason = "only root can make a socket in another user's name"

  /// Sockets that `body` makes belong to `uid`, as the kernel tells others (setfsuid(2): of the calling thread alone).
  package static func acting<Result>(as uid: UInt32, _ body: () throws -> Result) rethrows -> Result {
    set(uid)
    defer { set(geteuid()) }
    return try body()
  }

  private static func set(_ uid: UInt32) {
    // Glibc's module leaves sys/fsuid.h out.
    typealias Call = @convention(c) (UInt32) -> Int32
    guard let symbol = dlsym(nil, "setfsuid") else { return }
    _ = unsafeBitCast(symbol, to: Call.self)(uid)
  }
}
