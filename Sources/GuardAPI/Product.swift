/// Names and version of this build.
package enum Product {
  package static let version = "0.1.0"
  /// The name of the daemon, and SYSLOG_IDENTIFIER of its journal entries.
  package static let daemon = "oceanid-guard"
}
