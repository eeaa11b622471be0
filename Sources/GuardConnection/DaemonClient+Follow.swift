package import FoundationEssentials
import Glibc
import GuardTerminal

extension DaemonClient {
  /// The pause between attempts to open the stream again, in microseconds.
  private static let pause: UInt32 = 500_000

  /// Prints the text for each line of the stream of changes. Returns when the reader of standard output has gone.
  ///
  /// - Parameter text: nil prints nothing for this line.
  /// - Throws: `ClientError` if the guard cannot be reached at first.
  package func follow(_ text: (Data) throws -> String?) throws {
    try followLines { bytes in
      guard let text = try text(bytes) else { return true }
      return try StandardOutput.writePart(text)
    }
  }

  /// Reads the stream of changes, and opens it again after a restart of the guard. Standard error says when the guard
  /// stopped and when it runs again. Returns when `line` or `reopened` returns false, or the reader of standard output
  /// has gone.
  ///
  /// - Parameters:
  ///   - reopened: is called after the stream was opened again. Its first line is a whole snapshot.
  ///   - line: gets each line.
  /// - Throws: `ClientError` if the guard cannot be reached at first, or a later one refuses the request.
  package func followLines(
    reopened: () throws -> Bool = { true }, _ line: (Data) throws -> Bool
  ) throws {
    var stream = try watch()
    while true {
      let event: WatchStream.Event
      do throws(ClientError) {
        event = try stream.next(within: .seconds(1))
      } catch {
        guard error.isFromStoppingGuard else { throw error }
        event = .ended
      }
      switch event {
      case .line(let bytes):
        guard try line(bytes) else { return }
      case .quiet:
        guard StandardOutput.hasReader else { return }
      case .ended:
        let path = Span(socket.path).text
        StandardOutput.writeError(
          "oceanid-ctl: the guard on \(path) closed the stream; waiting until it runs again\n")
        guard let again = try reopenedStream() else { return }
        stream = again
        StandardOutput.writeError("oceanid-ctl: the guard on \(path) runs again\n")
        guard try reopened() else { return }
      }
    }
  }

  /// Waits for the guard without a limit; nil if the reader of standard output has gone.
  private func reopenedStream() throws(ClientError) -> WatchStream? {
    while StandardOutput.hasReader {
      // Also before the first attempt, because the stream can end after each start.
      usleep(DaemonClient.pause)
      do throws(ClientError) {
        return try watch()
      } catch {
        guard error.isFromStoppingGuard else { throw error }
      }
    }
    return nil
  }
}

extension ClientError {
  /// True for an error that a guard causes that stops or starts. Its folder and its socket are then missing, or are not
  /// yet open to this user.
  fileprivate var isFromStoppingGuard: Bool {
    switch self {
    case .unreadable(_, .bodyTooLarge): false
    case .unreachable, .unreadable, .refused(503, _, _): true
    case .foreignOwner, .document, .refused: false
    }
  }
}
