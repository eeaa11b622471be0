@testable internal import GuardConfiguration

extension FuzzTarget {
  /// guard.yaml: an accepted file can be printed and read again with the same result, and the error for a rejected one
  /// contains the place.
  static let configuration = FuzzTarget("configuration") { bytes in
    let environment = ConfigurationEnvironment(
      isRoot: false, home: "/home/ada", runtimeDirectory: "/run/user/1000")
    // A file that is not UTF-8 is rejected before this step.
    guard let text = String(validating: bytes, as: UTF8.self) else { return }
    do {
      var once = try Configuration.parse(text, file: "guard.yaml", environment: environment)
      once.file = nil
      var again = try Configuration.parse(once.yaml, file: "printed.yaml", environment: environment)
      again.file = nil
      try hold(once == again, "reads as something else: \(once.yaml)")
    } catch let error as ConfigurationErrors {
      try hold(!error.errors.isEmpty, "refused without an error")
      for error in error.errors {
        try hold(error.line >= 1 && error.column >= 1, "no place: \(error)")
        try hold(error.file == "guard.yaml", "what was printed is not taken: \(error)")
      }
    }
  }
}
