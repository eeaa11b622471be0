internal import Glibc

/// The environment that programs started by this process get.
enum ProcessEnvironment {
  /// A service manager's words to this process alone: a child that took them up would speak in its name. The rest is
  /// passed on, CREDENTIALS_DIRECTORY too: it is a path that a child of the same user could read anyhow, and what a
  /// command needs that logs in with a credential.
  private static let ownVariables: Set<String> = [
    "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_PIDFDID",
    "LISTEN_FDNAMES",
  ]

  /// - Parameter variables: `NAME=value`, in place of this process's own or added to them.
  static func forChildren(with variables: [String]) -> [String] {
    let replaced = Set(variables.map(name(of:)))
    return inherited(all).filter { !replaced.contains(name(of: $0)) } + variables
  }

  /// The environment without what is this process's own.
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
