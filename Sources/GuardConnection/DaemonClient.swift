package import FoundationEssentials
import Glibc
package import GuardAPI
import Platform

/// Sends requests to the guard: one request per connection.
package struct DaemonClient: Sendable {
  package let socket: SocketPath
  /// The timeout of a request including its response.
  package var timeout: Duration = .seconds(5)
  /// The users whose responses are accepted; nil accepts any, for responses that are only displayed.
  package var trusted: TrustedUsers?

  package init(socket: SocketPath, timeout: Duration = .seconds(5), trusted: TrustedUsers? = nil) {
    self.socket = socket
    self.timeout = timeout
    self.trusted = trusted
  }

  package struct Response: Sendable {
    package let status: Int
    package let body: Data
  }

  /// The document's bytes as the guard sent them.
  ///
  /// - Parameter view: a smaller form; nil for the whole document. The whole document is requested from a server that
  ///   does not know the view.
  package func statusBytes(_ view: StatusDocument.View? = nil) throws(ClientError) -> Data {
    guard let view else { return try exchange(.status).body }
    do throws(ClientError) {
      return try exchange(.status, [(StatusDocument.View.parameter, view.rawValue)]).body
    } catch {
      switch error {
      case .refused(400, _, _), .refused(404, _, _), .unreadable: return try exchange(.status).body
      case .refused, .unreachable, .foreignOwner, .document: throw error
      }
    }
  }

  package func status(_ view: StatusDocument.View? = nil) throws(ClientError) -> StatusDocument {
    let bytes = try statusBytes(view)
    do { return try DocumentCoding.decode(StatusDocument.self, from: bytes) } catch { throw .document(error) }
  }

  /// Sends a request. Throws `.refused` if the response is not a success.
  package func exchange(
    _ route: Route, _ parameters: [(name: String, value: String)] = []
  ) throws(ClientError) -> Response {
    let deadline = ContinuousClock.now + timeout
    do {
      let stream = try UnixStream(path: socket.path, timeout: timeout)
      if let trusted {
        let user = stream.peer?.uid
        guard let user, trusted.includes(user) else { throw ClientError.foreignOwner(socket, uid: user) }
      }
      let refusal = try DaemonClient.send(
        DaemonClient.request(route, parameters), stream, until: deadline)
      var parser = HTTPResponseParser()
      var body: [UInt8] = []
      while !parser.isComplete {
        let bytes = try stream.read(until: deadline)
        if bytes.isEmpty {
          if let refusal, parser.status == nil { throw refusal }
          try parser.finish()
        }
        body += try parser.consume(bytes)
      }
      return try DaemonClient.accept(Response(status: parser.status ?? 0, body: Data(body)))
    } catch {
      throw ClientError(error, of: socket)
    }
  }

  /// Opens the stream of changes.
  package func watch() throws(ClientError) -> WatchStream {
    try WatchStream.open(socket, request: DaemonClient.request(.watch, []), timeout: timeout)
  }

  /// Writes a request.
  ///
  /// - Returns: the error if the guard closed the connection before it read the request. Its response can then still
  ///   be read.
  static func send(
    _ request: [UInt8], _ stream: borrowing UnixStream, until deadline: ContinuousClock.Instant
  ) throws(UnixStreamError) -> UnixStreamError? {
    do throws(UnixStreamError) {
      try stream.write(request, until: deadline)
      return nil
    } catch {
      guard error.errno == EPIPE || error.errno == ECONNRESET else { throw error }
      return error
    }
  }

  static func accept(_ response: Response) throws(ClientError) -> Response {
    guard response.status >= 300 else { return response }
    let failure = DocumentCoding.decodeError(response.body)?.error
    throw .refused(
      status: response.status, code: failure?.code ?? "error",
      message: failure?.message ?? "no reason given")
  }

  private static func request(_ route: Route, _ parameters: [(name: String, value: String)]) -> [UInt8] {
    let query =
      parameters.isEmpty
      ? "" : "?" + parameters.map { "\($0.name)=\($0.value.percentEncoded)" }.joined(separator: "&")
    let length = route.method == .post ? "Content-Length: 0\r\n" : ""
    let text =
      "\(route.method.rawValue) \(route.path)\(query) HTTP/1.1\r\nHost: \(Route.host)\r\n"
      + "User-Agent: oceanid-ctl/\(Product.version)\r\n\(length)Connection: close\r\n\r\n"
    return Array(text.utf8)
  }
}
