package import FoundationEssentials
import Glibc
import GuardAPI
import Platform

/// The lines of `GET /v1/watch` in the order of their arrival.
package struct WatchStream: ~Copyable {
  package enum Event {
    /// One line, without its line feed.
    case line(Data)
    /// Nothing arrived within the given time.
    case quiet
    /// The guard closed the stream because it is stopping or because the reader was too slow.
    case ended
  }

  /// Much larger than any document. The limit prevents an endless line from exhausting memory.
  private static let lineLimit = 64 * 1024 * 1024

  private let socket: SocketPath
  private let stream: UnixStream
  private var parser: HTTPResponseParser
  private var pending: [UInt8]
  /// Number of bytes in `pending` that contain no line feed.
  private var searched = 0
  private var lastReceived = ContinuousClock.now

  private init(
    socket: SocketPath, stream: consuming UnixStream, parser: HTTPResponseParser, pending: [UInt8]
  ) {
    self.socket = socket
    self.stream = stream
    self.parser = parser
    self.pending = pending
  }

  /// Connects, sends the request and reads the response's header.
  static func open(
    _ socket: SocketPath, request: [UInt8], timeout: Duration
  ) throws(ClientError) -> WatchStream {
    let deadline = ContinuousClock.now + timeout
    do {
      let stream = try UnixStream(path: socket.path, timeout: timeout)
      let refusal = try DaemonClient.send(request, stream, until: deadline)
      var parser = HTTPResponseParser(limits: .init(body: nil))
      var pending: [UInt8] = []
      do {
        while parser.status == nil { try receive(stream, &parser, &pending, until: deadline) }
      } catch HTTPError.truncated {
        throw refusal ?? HTTPError.truncated
      }
      if let status = parser.status, status >= 300 {
        while !parser.isComplete { try receive(stream, &parser, &pending, until: deadline) }
        _ = try DaemonClient.accept(.init(status: status, body: Data(pending)))
      }
      return WatchStream(socket: socket, stream: stream, parser: parser, pending: pending)
    } catch {
      throw ClientError(error, of: socket)
    }
  }

  /// The raw descriptor. When it is readable, call `next` until it returns `.quiet`.
  package var raw: Int32 { stream.raw }

  /// The next line, or `.quiet` after `timeLimit`.
  package mutating func next(within timeLimit: Duration) throws(ClientError) -> Event {
    let deadline = ContinuousClock.now + timeLimit
    while true {
      if let end = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = Data(pending[..<end])
        pending.removeSubrange(...end)
        searched = 0
        if line.isEmpty { continue }
        return .line(line)
      }
      searched = pending.count
      guard searched <= WatchStream.lineLimit else {
        throw .unreadable(socket, .bodyTooLarge(limit: WatchStream.lineLimit))
      }
      if parser.isComplete { return .ended }
      do {
        try WatchStream.receive(stream, &parser, &pending, until: deadline)
        lastReceived = .now
      } catch let error as UnixStreamError where error.isTimeout {
        // Heartbeats have stopped: the connection is open, but the guard does not respond.
        guard ContinuousClock.now - lastReceived < WatchLine.silence else {
          throw .unreachable(socket, error)
        }
        return .quiet
      } catch let error as UnixStreamError where error.errno == ECONNRESET {
        return .ended
      } catch HTTPError.truncated {
        return .ended
      } catch {
        throw ClientError(error, of: socket)
      }
    }
  }

  private static func receive(
    _ stream: borrowing UnixStream, _ parser: inout HTTPResponseParser, _ pending: inout [UInt8],
    until deadline: ContinuousClock.Instant
  ) throws {
    let bytes = try stream.read(until: deadline)
    if bytes.isEmpty { try parser.finish() }
    pending += try parser.consume(bytes)
  }
}
