import ArgumentParser
import Glibc
import GuardAPI
import GuardConnection
import GuardRun
import GuardTerminal
import Platform

/// A shell whose way of setting a variable is known.
enum Shell: String, ExpressibleByArgument, CaseIterable {
  case bash, zsh, fish

  /// The one that this program was started from: it reads what is printed. Where that is no shell, the user's own; what
  /// is not known is close enough to bash.
  static var current: Shell {
    let parent = (try? SmallFile.read("/proc/\(getppid())/comm", limit: 64)).map {
      String(decoding: $0, as: UTF8.self)
    }
    return named(parent?.split(separator: "\n").first)
      ?? named(getenv("SHELL").map { String(cString: $0) }?.split(separator: "/").last) ?? .bash
  }

  private static func named(_ name: Substring?) -> Shell? {
    switch name {
    case "sh", "dash", "ash", "ksh", "mksh": .bash
    default: name.flatMap { Shell(rawValue: String($0)) }
    }
  }

  /// One line that sets a variable for programs, whatever is in its value.
  func export(_ name: String, _ value: String) -> String {
    switch self {
    // Within single quotes everything stands for itself but the quote (POSIX.1-2017, XCU 2.2.2).
    case .bash, .zsh: "export \(name)='\(value.replacing("'", with: "'\\''"))'\n"
    case .fish: "set -gx \(name) '\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'\n"
    }
  }
}

struct EnvCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "env",
    abstract: "Print what sets KUBECONFIG to the cluster's file, for a shell to evaluate.",
    discussion: """
      Does not wait for the tunnel: what is started in that shell does. Prints nothing where another program holds \
      the cluster's local port, where another user's guard answers, or where others could have written the kubeconfig. \
      Exit status: 69 where the guard, its kubeconfig or its port is not there, and 77 where you may not read the file \
      or must not trust it.

      Examples:
        eval "$(oceanid-ctl env)"
        oceanid-ctl env --shell fish | source
      """)

  @Option(help: "bash, zsh or fish; the shell that it is run from where left out.")
  var shell: Shell?

  @Option(
    help: ArgumentHelp("This kubeconfig in place of the guard's.", valueName: "file"), completion: .file())
  var kubeconfig: String?

  @Flag(help: "Print the variable as JSON instead.")
  var json = false

  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  func run() throws {
    let status = try connection.trustedClient.status().chosen(choice.cluster)
    let path = try ClusterKubeconfig.path(of: status, named: kubeconfig)
    try ForeignForward.refuse(status)
    if json { return try StandardOutput.answer(JSONValue.object(["KUBECONFIG": .string(path)]).pretty) }
    try StandardOutput.answer((shell ?? .current).export("KUBECONFIG", path))
  }
}
