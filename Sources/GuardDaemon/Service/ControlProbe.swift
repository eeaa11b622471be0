internal import Glibc
internal import Platform

/// A request to the guard's own control socket, sent at one look of the watchdog and judged at the next: it proves
/// that the socket is listened on and that it answers.
struct ControlProbe {
  private static let request = "GET /v1/healthz HTTP/1.1\r\nHost: oceanid\r\nConnection: close\r\n\r\n"

  private enum Outcome {
    case sent(Socket)
    /// The listener's queue is full: connections are not accepted.
    case queueIsFull
    /// There is no way to the socket from here, which says nothing about the one who listens: its file was
    /// removed, or the service manager bound it elsewhere.
    case noWay
  }

  private let outcome: Outcome

  /// Asks; never waits.
  init(path: String) {
    do throws(SystemError) {
      let descriptor = try StreamSocket.connect(toPath: path)
      // A socket that was just connected has room for a line.
      _ = Array(ControlProbe.request.utf8).withUnsafeBytes { descriptor.send($0) }
      self.outcome = .sent(Socket(descriptor))
    } catch {
      self.outcome = error.code == EAGAIN ? .queueIsFull : .noWay
    }
  }

  /// Whether an answer came. A refusal is one as well: being asked too much is no stall.
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
