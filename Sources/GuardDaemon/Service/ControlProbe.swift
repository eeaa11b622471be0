internal import Glibc
internal import Platform

/// A request to the guard's own control socket. One watchdog check sends it and the next one evaluates it, to
/// prove that the socket is open and answers.
struct ControlProbe {
  private static let request = "GET /v1/healthz HTTP/1.1\r\nHost: oceanid\r\nConnection: close\r\n\r\n"

  private enum Outcome {
    case sent(Socket)
    /// The backlog of the listener is full: connections are not accepted.
    case queueIsFull
    /// The socket can't be reached by its path, which does not prove a stall: its file was removed, or the
    /// service manager bound it elsewhere.
    case noWay
  }

  private let outcome: Outcome

  /// Sends the request without waiting.
  init(path: String) {
    do throws(SystemError) {
      let descriptor = try StreamSocket.connect(toPath: path)
      // The buffer of a new socket has space for the request.
      _ = Array(ControlProbe.request.utf8).withUnsafeBytes { descriptor.send($0) }
      self.outcome = .sent(Socket(descriptor))
    } catch {
      self.outcome = error.code == EAGAIN ? .queueIsFull : .noWay
    }
  }

  /// True if a response arrived. An error counts, too: too many requests are not a stall.
  var isAnswered: Bool {
    switch outcome {
    case .noWay: return true
    case .queueIsFull: return false
    case .sent(let socket):
      return withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) {
        socket.descriptor.read(into: $0) != .wouldBlock
      }
    }
  }
}
