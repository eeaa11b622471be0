@testable import GuardConfiguration

/// A configuration file of a user with a session.
enum Sample {
  static let environment = ConfigurationEnvironment(
    isRoot: false, home: "/home/ada", runtimeDirectory: "/run/user/1000")

  static func parse(_ text: String) throws(ConfigurationErrors) -> Configuration {
    try Configuration.parse(text, file: "guard.yaml", environment: environment)
  }

  /// The errors of the file, one per line.
  static func errors(_ text: String) -> [String] {
    do throws(ConfigurationErrors) {
      _ = try parse(text)
      return []
    } catch {
      return error.errors.map(\.description)
    }
  }
}
