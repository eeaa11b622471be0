import ArgumentParser
import Glibc
import GuardAPI
import GuardConnection
import GuardRun
import GuardTerminal
import GuardTypes
import Health
import Platform

/// A shell whose syntax for variables is known.
enum Shell: String, ExpressibleByArgument, CaseIterable {
  case bash, zsh, fish

  /// The shell that started this program and reads its output; otherwise the user's login shell. An unknown shell is
  /// treated as bash.
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

  /// One line that exports a variable. The value may contain any character.
  func export(_ name: String, _ value: String) -> String {
    switch self {
    // Within single quotes, only the quote itself is special (POSIX.1-2017, XCU 2.2.2).
    case .bash, .zsh: "export \(name)='\(value.escaping(["'": "'\\''"]))'\n"
    case .fish: "set -gx \(name) '\(value.escaping(["\\": "\\\\", "'": "\\'"]))'\n"
    }
  }
}

struct EnvCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "env",
    abstract: "Print a command that sets KUBECONFIG, for a shell to evaluate.",
    discussion: """
      It does not wait for the tunnel, and prints nothing while the tunnel is not up; to wait, see oceanid-ctl wait. \
      It prints nothing either if another program holds the cluster's local port, if the guard belongs to another \
      user, if other users may write the kubeconfig, if the kubeconfig does not lead through the forward, or if the \
      cluster does not accept it. Exit status: 69 if the guard, its kubeconfig, its port or the tunnel is not \
      available, and 77 if you may not read the kubeconfig or it is not safe to use.

      Examples:
        eval "$(oceanid-ctl env)"
        oceanid-ctl wait --for tunnel && eval "$(oceanid-ctl env)"
        oceanid-ctl env --shell fish | source
      """)

  @Option(help: "bash, zsh or fish (default: the shell that runs this command).")
  var shell: Shell?

  @Option(
    help: ArgumentHelp("Use this kubeconfig instead of the guard's.", valueName: "file"), completion: .file())
  var kubeconfig: String?

  @Flag(help: "Print the variable as JSON.")
  var json = false

  @OptionGroup var format: FormatOption

  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  func run() throws {
    let status = try connection.trustedClient.status().chosen(choice.cluster)
    let path = try ClusterKubeconfig.usable(of: status, named: kubeconfig)
    if let obstacle = Goal.tunnel.obstacle(in: status) { throw ClosedForward(obstacle: obstacle) }
    if format.isDocument(json: json) {
      return try StandardOutput.answer(format.text(JSONValue.object(["KUBECONFIG": .string(path)]).pretty))
    }
    try StandardOutput.answer((shell ?? .current).export("KUBECONFIG", path))
  }
}

/// The local port leads nowhere, because the tunnel is not up.
struct ClosedForward: CommandError, Hashable {
  let obstacle: Obstacle
  var exitStatus: Int32 { ExitStatus.unavailable.rawValue }

  var description: String { "the tunnel is not up: \(obstacle.reason)" }
  var remedy: [String] { obstacle.step?.lines ?? ["oceanid-ctl wait --for tunnel"] }
}
