/// What this build calls itself.
package enum Product {
  package static let version = "0.1.0"
  /// When that version was made: the date of its manual.
  package static let date = "2026-11-23"
}
