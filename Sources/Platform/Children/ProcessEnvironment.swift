internal import Glibc

/// The environment of child processes.
enum ProcessEnvironment {
  /// The service manager sets these variables for this process only; a child that used them would act on its behalf.
  /// Other variables are passed on. CREDENTIALS_DIRECTORY is one of them: a child of the same user could read that
  /// folder anyway, and a command that logs in with a credential needs it.
  private static let ownVariables: Set<String> = [
    "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_PIDFDID",
    "LISTEN_FDNAMES",
  ]

  /// - Parameter variables: `NAME=value` pairs that replace or extend this process's environment.
  static func forChildren(with variables: [String]) -> [String] {
    let replaced = Set(variables.map(name(of:)))
    return inherited(all).filter { !replaced.contains(name(of: $0)) } + variables
  }

  /// The given environment without the variables that are for this process only.
  static func inherited(_ variables: [String]) -> [String] {
    variables.filter { !ownVariables.contains(name(of: $0)) }
  }

  private static func name(of variable: String) -> String { String(variable.prefix { $0 != "=" }) }

  private static var all: [String] {
    var variables: [String] = []
    var next = environ
    while let entry = next.pointee {
      variables.append(String(cString: entry))
      next = next.successor()
    }
    return variables
  }
}
