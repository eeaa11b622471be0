import ArgumentParser

/// This program under the name `kubectl-oceanid`, as kubectl runs it for `kubectl oceanid` (its documentation, "Extend
/// kubectl with plugins"): kubectl through the guard.
enum KubectlPlugin {
  /// The command line of the client for that name; nil under another name.
  static func words(_ commandLine: [String]) -> [String]? {
    guard commandLine.first?.split(separator: "/").last == "kubectl-oceanid" else { return nil }
    return [RunCommand.configuration.commandName ?? "run", "--", "kubectl"] + commandLine.dropFirst()
  }
}
