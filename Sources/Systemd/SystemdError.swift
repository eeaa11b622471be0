internal import Glibc

/// A call into libsystemd that failed.
package struct SystemdError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was called, in the words of its manual page: `sd_notify`.
  package let operation: String
  /// The errno value, positive; 0 where the fault was found before the call.
  package let code: Int32
  /// What about, and what to do.
  package let detail: String

  package init(operation: String, code: Int32, detail: String) {
    self.operation = operation
    self.code = code
    self.detail = detail
  }

  package var description: String {
    guard code != 0 else { return "\(operation): \(detail)" }
    return "\(operation): \(detail): \(String(cString: strerror(code))) (errno \(code))"
  }
}
