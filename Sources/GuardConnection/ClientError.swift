import Glibc
package import GuardAPI
import GuardTerminal
import GuardTypes
package import Health
package import Platform

/// The reason why a command got no response from the guard.
package enum ClientError: Error, Hashable, Sendable {
  /// The connection failed or broke.
  case unreachable(SocketPath, UnixStreamError)
  /// The server runs as a user that must not be trusted; nil if the kernel does not report the user.
  case foreignOwner(SocketPath, uid: UInt32?)
  /// The response is not HTTP, or is incomplete.
  case unreadable(SocketPath, HTTPError)
  case document(DocumentError)
  /// The guard returned an error.
  case refused(status: Int, code: String, message: String)

  /// Wraps any error of an exchange with the guard.
  init(_ error: any Error, of socket: SocketPath) {
    self =
      switch error {
      case let error as UnixStreamError: .unreachable(socket, error)
      case let error as HTTPError: .unreadable(socket, error)
      case let error as ClientError: error
      default: .unreadable(socket, .malformed("\(error)"))
      }
  }

  package var exitStatus: Int32 {
    switch self {
    // The caller named a path that no socket can have.
    case .unreachable(_, let error) where error.errno == ENAMETOOLONG: ExitStatus.usage.rawValue
    case .unreachable, .unreadable, .document: ExitStatus.unavailable.rawValue
    case .foreignOwner, .refused(403, _, _): ExitStatus.denied.rawValue
    case .refused(404, "cluster", _), .refused(404, "silence", _), .refused(404, "channel", _),
      .refused(404, "pipeline", _), .refused(404, "commit", _):
      ExitStatus.usage.rawValue
    case .refused(422, "configuration", _): ExitStatus.configuration.rawValue
    case .refused(400, _, _): ExitStatus.usage.rawValue
    // The place of a commit is not known while GitHub does not answer.
    case .refused(502, "pipeline", _): ExitStatus.unknown.rawValue
    case .refused(502, "delivery", _), .refused(500, "reload", _): 1
    // The status of sysexits.h for an unavailable service; it says nothing about the cluster.
    case .refused: ExitStatus.unavailable.rawValue
    }
  }

  /// True if there is no socket of a guard.
  package var isOfNoGuard: Bool {
    if case .unreachable(_, let error) = self { [ENOENT, ENOTDIR].contains(error.errno) } else { false }
  }

  /// True if the daemon may still be starting, so that `wait` should retry.
  package var isTransient: Bool {
    switch self {
    case .unreachable(_, let error): ![EACCES, EPERM, ENOTSOCK, ENAMETOOLONG].contains(error.errno)
    case .unreadable, .refused(503, _, _), .refused(502, "pipeline", _): true
    case .foreignOwner, .document, .refused: false
    }
  }
}

extension ClientError: CommandError {
  /// The problem in one line.
  package var description: String {
    switch self {
    case .unreachable(let socket, let error): ClientError.sentence(socket, error)
    case .foreignOwner(let socket, let uid):
      """
      \(socket.path) is served by \(uid.map { "uid \($0)" } ?? "an unknown user"), which is neither root, nor you, \
      nor the guard's user oceanid
      """
    case .unreadable(let socket, let error): "the guard's response on \(socket.path) is invalid: \(error)"
    case .document(let error): "\(error)"
    case .refused(403, _, let message): "permission denied by the guard: \(message)"
    case .refused(404, "cluster", let message), .refused(404, "silence", let message),
      .refused(404, "channel", let message), .refused(404, "pipeline", let message),
      .refused(404, "commit", let message):
      message
    case .refused(502, "delivery", let message): "not delivered: \(ClientError.lines(message).first ?? "")"
    case .refused(502, "pipeline", let message): message
    case .refused(422, "configuration", _):
      "the configuration has errors; the previous configuration stays in force"
    case .refused(503, "configuration", _): "the guard can't start: its configuration has errors"
    case .refused(400, _, let message): "the guard rejects the request: \(message)"
    case .refused(404, _, _): "the running guard does not know this request; it is older than this client"
    case .refused(let status, let code, let message): "the guard returned HTTP \(status) \(code): \(message)"
    }
  }

  /// The steps to fix it, one per line.
  package var remedy: [String] {
    switch self {
    case .unreachable(let socket, let error):
      ClientError.steps(socket, error)
    case .unreadable(let socket, _):
      [
        "check that oceanid-guard is the service on \(socket.path): \(socket.statusCommand)",
        "compare: oceanid-ctl --version; oceanid-guard --version",
      ]
    case .foreignOwner(let socket, _):
      [
        "check what it is: ls -l \(socket.path.shellWord); sudo ss -lxp src \(socket.path.shellWord)",
        "run this command as the user of that guard, or set another socket with --socket PATH or OCEANID_SOCKET",
      ]
    case .document:
      ["compare: oceanid-ctl --version; oceanid-guard --version"]
    case .refused(403, _, _):
      [
        """
        changes require root, the guard's user or group oceanid-admin: sudo usermod -aG oceanid-admin $USER, then \
        log in again
        """
      ]
    case .refused(502, "delivery", let message): ClientError.lines(message).dropFirst().map { Span($0).text }
    case .refused(422, "configuration", let message), .refused(503, "configuration", let message):
      message.split(separator: "\n").map { Span(String($0)).text }
    case .refused:
      []
    }
  }

  /// Splits a message into the problem and its steps.
  private static func lines(_ message: String) -> [String] { message.split(separator: "\n").map(String.init) }

  private static let setup = "oceanid-ctl setup"

  /// The step of `doctor`; nil if there is none.
  package var step: NextStep? {
    if case .unreachable(let socket, let error) = self, !socket.isConfigured,
      [ENOENT, ENOTDIR].contains(error.errno)
    {
      return NextStep(
        command: ClientError.setup, note: "with the ssh alias of the server, if it is not tethys")
    }
    return remedy.first.map { NextStep(note: $0) }
  }

  private static func sentence(_ socket: SocketPath, _ error: UnixStreamError) -> String {
    switch error.errno {
    case ENOENT where !socket.isConfigured, ENOTDIR where !socket.isConfigured:
      "no guard is set up: there is no guard.yaml and no socket"
    case ENOENT, ENOTDIR:
      "the guard is not running: there is no socket at "
        + (socket.missing + [socket.path]).joined(separator: ", and none at ")
    case ECONNREFUSED: "the guard is not running: \(socket.path) has no listener"
    case ENOTSOCK: "the guard can't be reached: \(socket.path) is not a socket"
    case EACCES, EPERM: "no permission to open \(socket.path)"
    case ENAMETOOLONG:
      "the path of a Unix socket has at most \(UnixStream.longestPath) bytes, and this one has \(socket.path.utf8.count): \(socket.path)"
    case _ where error.isTimeout: "the guard does not answer on \(socket.path)"
    case ECONNRESET, EPIPE: "the guard closed the connection on \(socket.path)"
    default: "the guard can't be reached: \(error)"
    }
  }

  private static func steps(_ socket: SocketPath, _ error: UnixStreamError) -> [String] {
    switch error.errno {
    case ENOENT where !socket.isConfigured, ENOTDIR where !socket.isConfigured:
      [
        "set one up: \(ClientError.setup) HOST   (the ssh alias of the server; default tethys)",
        "for another socket, use --socket PATH or OCEANID_SOCKET",
      ]
    case ENOENT, ENOTDIR:
      [
        "check whether the guard is running: \(socket.statusCommand)"
          + (socket.isUserUnit ? "" : "   (as a user unit: \(socket.userStatusCommand))"),
        "for another socket, use --socket PATH or OCEANID_SOCKET",
      ]
    case ECONNREFUSED:
      [
        "the guard has stopped and its socket file remains: \(socket.statusCommand)",
        "for the reason: \(socket.journalCommand)",
      ]
    case ENOTSOCK:
      [
        """
        set the guard's socket with --socket PATH or OCEANID_SOCKET; the default is \(SocketPath.system), or the \
        socket of your own guard
        """
      ]
    case EACCES, EPERM:
      [
        "join the group with read access: sudo usermod -aG oceanid $USER, then log in again",
        "current permissions: ls -l \(socket.path)",
      ]
    case ENAMETOOLONG:
      ["use a shorter path with --socket PATH or OCEANID_SOCKET"]
    default:
      ["check the guard's status: \(socket.statusCommand)", "and its log: \(socket.journalCommand)"]
    }
  }
}
