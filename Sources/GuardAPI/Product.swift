/// Name and version of this build.
package enum Product {
  package static let version = "0.1.0"
  /// Release date of the version, shown in its manual.
  package static let date = "2026-11-23"
}
