internal import Glibc

/// A failed call into libsystemd.
package struct SystemdError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name of the function, for example `sd_notify`.
  package let operation: String
  /// The positive errno value; 0 if the error was found before the call.
  package let code: Int32
  /// The problem and its remedy.
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
