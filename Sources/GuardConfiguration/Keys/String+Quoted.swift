internal import Health
internal import Redaction

extension String {
  /// A wrong value as an error shows it: short, on one line, and without credentials, because the error is logged.
  ///
  /// - Parameter limit: in bytes.
  func quoted(limit: Int = 64) -> String { "'\(redacted(self).limited(to: limit).escaped)'" }
}
