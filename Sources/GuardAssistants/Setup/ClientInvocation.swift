import GuardConnection
import GuardTypes

/// How assistants start the programs of this machine. They pass on few environment variables, so the path of the program
/// is absolute and the socket is named.
package struct ClientInvocation: Hashable, Sendable {
  /// The absolute path of oceanid-ctl.
  package let program: String
  /// The absolute path of the guard's socket.
  package let socket: String

  package init(program: String, socket: String) {
    self.program = program
    self.socket = socket
  }

  var serverArguments: [String] { ["mcp", "--socket", socket] }

  /// The command line of the hook, for a shell.
  var hook: String { "\(program.shellWord) hook --socket \(socket.shellWord)" }

  /// The entry of a server. The names are those that all assistants share.
  func server(type: String?) -> JSONValue {
    .fields([
      "type": type.map(JSONValue.string), "command": .string(program),
      "args": .array(serverArguments.map(JSONValue.string)),
    ])
  }
}
