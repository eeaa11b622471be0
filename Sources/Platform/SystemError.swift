internal import Glibc

/// A system call that failed: which one, on what, and errno.
package struct SystemError: Error, Hashable, CustomStringConvertible {
  package let operation: String
  package let code: Int32

  package init(_ operation: String, code: Int32) {
    self.operation = operation
    self.code = code
  }

  /// What errno says after `operation` failed just now.
  package static func last(_ operation: String) -> SystemError { SystemError(operation, code: errno) }

  /// `No such file or directory`
  package var reason: String { String(cString: strerror(code)) }

  package var description: String { "\(operation): \(reason)" }
}

extension SystemError {
  /// ETIMEDOUT: what TCP_USER_TIMEOUT ends a dead connection with.
  package static var timedOut: Int32 { ETIMEDOUT }

  /// A rule of this machine stands against it.
  package var isDenied: Bool { code == EACCES || code == EPERM }

  /// There is no such file.
  package var isMissing: Bool { code == ENOENT }
}
