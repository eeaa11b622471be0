import ArgumentParser
import Glibc
import GuardAPI

/// A shell whose way of setting a variable is known.
enum Shell: String, ExpressibleByArgument, CaseIterable {
  case bash, zsh, fish

  /// The user's own; what is not known is close enough to bash.
  static var current: Shell {
    let path = getenv("SHELL").map { String(cString: $0) } ?? ""
    return path.split(separator: "/").last.flatMap { Shell(rawValue: String($0)) } ?? .bash
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
      Does not wait for the tunnel: what is started in that shell does.

      Examples:
        eval "$(oceanid-ctl env)"
        oceanid-ctl env --shell fish | source
      """)

  @Option(help: "bash, zsh or fish; from $SHELL where left out.")
  var shell: Shell?

  @Option(help: ArgumentHelp("This kubeconfig in place of the guard's.", valueName: "file"))
  var kubeconfig: String?

  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  func run() throws {
    let status = try connection.client.status().chosen(choice.cluster)
    let path = try ClusterKubeconfig.path(of: status, named: kubeconfig)
    try StandardOutput.answer((shell ?? .current).export("KUBECONFIG", path))
  }
}
