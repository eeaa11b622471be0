import Glibc
import GuardAPI
import Health
import Platform

/// Why a command has no answer from the guard.
enum ClientError: Error, Hashable, Sendable {
  /// No connection, or one that broke.
  case unreachable(SocketPath, UnixStreamError)
  /// What answers there runs as a user whose word must not be obeyed; nil: the kernel does not say.
  case stranger(SocketPath, uid: UInt32?)
  /// The answer is not HTTP, or not whole.
  case unreadable(SocketPath, HTTPError)
  case document(DocumentError)
  /// The guard said no.
  case refused(status: Int, code: String, message: String)

  var exitStatus: Int32 {
    switch self {
    case .unreachable, .unreadable, .document: ExitStatus.unavailable.rawValue
    case .stranger, .refused(403, _, _): ExitStatus.denied.rawValue
    case .refused(404, "cluster", _), .refused(404, "silence", _), .refused(404, "channel", _):
      ExitStatus.usage.rawValue
    case .refused(422, "configuration", _): ExitStatus.configuration.rawValue
    case .refused(400, _, _): ExitStatus.usage.rawValue
    case .refused(502, "delivery", _), .refused(500, "reload", _): 1
    // Nothing to do with how healthy the cluster is: sysexits' "service unavailable".
    case .refused: ExitStatus.unavailable.rawValue
    }
  }

  /// The daemon may still be on its way up: worth another try within a `wait`.
  var isTransient: Bool {
    switch self {
    case .unreachable(_, let error): ![EACCES, EPERM, ENOTSOCK].contains(error.errno)
    case .unreadable, .refused(503, _, _): true
    case .stranger, .document, .refused: false
    }
  }
}

extension ClientError: CustomStringConvertible {
  /// What is wrong, in one line.
  var description: String {
    switch self {
    case .unreachable(let socket, let error): ClientError.sentence(socket, error)
    case .stranger(let socket, let uid):
      "\(socket.path) is served by \(uid.map { "uid \($0)" } ?? "an unknown user"), which is neither root, nor you, nor the guard's user oceanid"
    case .unreadable(let socket, let error): "the guard's answer on \(socket.path) can't be read: \(error)"
    case .document(let error): "\(error)"
    case .refused(403, _, let message): "the guard refuses: \(message)"
    case .refused(404, "cluster", let message), .refused(404, "silence", let message),
      .refused(404, "channel", let message):
      message
    case .refused(502, "delivery", let message): "not delivered: \(ClientError.lines(message).first ?? "")"
    case .refused(422, "configuration", _):
      "the configuration has mistakes; the one that was running stays in force"
    case .refused(503, "configuration", _): "the guard can't start: its configuration has mistakes"
    case .refused(400, _, let message): "the guard does not take that: \(message)"
    case .refused(404, _, _): "the running guard does not know this request; it is older than this client"
    case .refused(let status, let code, let message): "the guard answers \(status) \(code): \(message)"
    }
  }

  /// What to do about it; one step a line.
  var remedy: [String] {
    switch self {
    case .unreachable(let socket, let error):
      ClientError.steps(socket, error)
    case .unreadable(let socket, _):
      [
        "see whether oceanid-guard is what listens on \(socket.path): \(socket.statusCommand)",
        "compare: oceanid-ctl --version; oceanid-guard --version",
      ]
    case .stranger(let socket, _):
      [
        "see what it is: ls -l \(socket.path.shellWord); sudo ss -lxp src \(socket.path.shellWord)",
        "run this command as the user whose guard it is, or name another socket with --socket PATH or OCEANID_SOCKET",
      ]
    case .document:
      ["compare: oceanid-ctl --version; oceanid-guard --version"]
    case .refused(403, _, _):
      [
        "writing is for root, the guard's own user and group oceanid-admin: sudo usermod -aG oceanid-admin $USER, then log in again"
      ]
    case .refused(502, "delivery", let message): ClientError.lines(message).dropFirst().map { Span($0).text }
    case .refused(422, "configuration", let message), .refused(503, "configuration", let message):
      message.split(separator: "\n").map { Span(String($0)).text }
    case .refused:
      []
    }
  }

  /// What went wrong, then what to do.
  private static func lines(_ message: String) -> [String] { message.split(separator: "\n").map(String.init) }

  private static func sentence(_ socket: SocketPath, _ error: UnixStreamError) -> String {
    switch error.errno {
    case ENOENT, ENOTDIR:
      "the guard can't be reached: there is no socket at "
        + (socket.missing + [socket.path]).joined(separator: ", and none at ")
    case ECONNREFUSED: "the guard can't be reached: nobody listens on \(socket.path)"
    case ENOTSOCK: "the guard can't be reached: \(socket.path) is no socket"
    case EACCES, EPERM: "the guard can't be reached: no permission to open \(socket.path)"
    case ENAMETOOLONG: "the socket's path is longer than 107 bytes: \(socket.path)"
    case _ where error.isTimeout: "the guard does not answer on \(socket.path)"
    case ECONNRESET, EPIPE: "the guard closed the connection on \(socket.path)"
    default: "the guard can't be reached: \(error)"
    }
  }

  private static func steps(_ socket: SocketPath, _ error: UnixStreamError) -> [String] {
    switch error.errno {
    case ENOENT, ENOTDIR:
      [
        "see whether the guard runs: \(socket.statusCommand)"
          + (socket.isUserUnit ? "" : "   (as a user unit: \(socket.userStatusCommand))"),
        "a socket elsewhere is named by --socket PATH or OCEANID_SOCKET",
      ]
    case ECONNREFUSED:
      [
        "the guard has stopped and left its socket behind: \(socket.statusCommand)",
        "why it stopped: \(socket.journalCommand)",
      ]
    case ENOTSOCK:
      [
        "name the guard's socket with --socket PATH or OCEANID_SOCKET; without either it is \(SocketPath.system), or your own guard's"
      ]
    case EACCES, EPERM:
      [
        "join the group that may read: sudo usermod -aG oceanid $USER, then log in again",
        "who may: ls -l \(socket.path)",
      ]
    case ENAMETOOLONG:
      ["name a shorter one with --socket PATH or OCEANID_SOCKET"]
    default:
      ["see how the guard is: \(socket.statusCommand)", "what it said: \(socket.journalCommand)"]
    }
  }
}
