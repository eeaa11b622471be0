internal import Glibc
internal import GuardControl
internal import Health
internal import Platform
internal import Systemd

/// Refuses clients that connect to the service manager's sockets while the guard can't start.
///
/// The manager restarts the service immediately for each connection that is not accepted. After too many
/// restarts it gives up and closes the ports. So the guard answers waiting clients with an error before it
/// exits.
enum QueuedClients {
  /// Shorter than a start may take (`TimeoutStartSec=` of the unit).
  static let timeLimit: Duration = .seconds(20)

  /// Answers clients for up to `timeLimit`. Blocks; returns at once if no client is waiting.
  ///
  /// - Parameters:
  ///   - passed: the listening sockets. They stay open; nothing else may use them during the call.
  ///   - answer: sent to clients of the control socket; others are reset.
  static func reject(from passed: [PassedSocket], with answer: ControlAnswer, for timeLimit: Duration) {
    let deadline = MonotonicTime.now + timeLimit
    for socket in passed {
      _ = fcntl(socket.descriptor, F_SETFL, fcntl(socket.descriptor, F_GETFL) | O_NONBLOCK)
    }
    var entries = passed.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    guard poll(&entries, nfds_t(entries.count), 0) > 0 else { return }
    while true {
      for (socket, entry) in zip(passed, entries) where entry.revents != 0 {
        reject(from: socket, with: answer)
      }
      // A listener was closed.
      guard entries.allSatisfy({ $0.revents & ~Int16(POLLIN) == 0 }) else { return }
      let left = (deadline - .now).inMilliseconds
      guard left > 0, poll(&entries, nfds_t(entries.count), Int32(left)) > 0 else { return }
    }
  }

  private static func reject(from socket: PassedSocket, with answer: ControlAnswer) {
    let isControl = socket.forward == nil
    while true {
      let raw = accept(socket.descriptor, nil, nil)
      guard raw >= 0 else { return }
      let connection = Descriptor(owning: raw)
      if isControl {
        answer.closingResponse.withUnsafeBytes { _ = connection.send($0) }
      } else {
        StreamSocket.resetOnClose(connection)
      }
    }
  }
}
