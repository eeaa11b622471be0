import Glibc
package import GuardConnection
package import Platform
import Synchronization

/// The page's server on 127.0.0.1: HTTP/1.1, one request per connection, one thread per connection.
///
/// The control socket's server is built on NIO, and this one is not: NIO in the client delays every start, also that of
/// `oceanid-ctl status`, by 0.5 to 0.8 ms of about 10 ms, and doubles the size of the program. Both were measured with
/// the same server linked in.
package final class WebServer: Sendable {
  /// A browser opens six connections per tab and host at most, one of which is the stream of events.
  static let connectionLimit = 64

  package let port: UInt16
  private let listener: Socket
  private let feed: GuardFeed
  private let content: any PageContent
  private let token: AccessToken
  /// The users whose browsers are answered: this user, root, and the user who called sudo.
  private let users: Set<UInt32>
  private let access: Mutex<AccessControl>
  private let table = Mutex(ConnectionTable(limit: connectionLimit))

  /// Listens; connections wait until `run`.
  ///
  /// - Parameter port: 0 lets the kernel choose.
  package init(port: UInt16, client: DaemonClient, content: any PageContent) throws(SystemError) {
    guard let address = SocketAddress(numericHost: "127.0.0.1", port: port) else {
      throw SystemError("bind", code: EADDRNOTAVAIL)
    }
    listener = Socket(try StreamSocket.listen(on: address, backlog: 128))
    self.port = SocketAddress(boundTo: listener.descriptor)?.port ?? port
    token = AccessToken()
    let caller = geteuid() == 0 ? getenv("SUDO_UID").flatMap { UInt32(String(cString: $0)) } : nil
    users = Set([geteuid(), 0, caller ?? 0])
    access = Mutex(AccessControl(port: self.port, token: token, session: AccessToken()))
    feed = GuardFeed(client: client, content: content)
    self.content = content
  }

  /// The address that a browser can open once.
  package var address: String { "http://127.0.0.1:\(port)/?token=\(token.text)" }

  /// Answers requests until one of the signals arrives or the reader of standard output has gone (the end of an ssh
  /// without a terminal), then closes all connections.
  package func run(until signals: borrowing SignalDescriptor) throws(SystemError) {
    let reader = try JoinableThread(name: "guard-feed") { [feed] in feed.run() }
    defer {
      feed.stop()
      for socket in table.withLock({ $0.sockets }) { shutdown(socket.raw, Int32(SHUT_RDWR)) }
      _ = reader.join(timeout: .seconds(1))
    }
    let owners = try? SocketDiagnostics()
    while true {
      var entries = [
        pollfd(fd: signals.raw, events: Int16(POLLIN), revents: 0),
        pollfd(fd: listener.raw, events: Int16(POLLIN), revents: 0),
        // Without events, poll(2) reports only errors.
        pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
      ]
      guard poll(&entries, 3, -1) >= 0 || errno == EINTR else { throw .last("poll") }
      if signals.next() != nil || entries[2].revents & Int16(POLLERR | POLLHUP) != 0 { return }
      do throws(SystemError) {
        while let (raw, _) = try StreamSocket.accept(from: listener.descriptor) {
          admit(Socket(Descriptor(owning: raw)), owners)
        }
      } catch {
        // No descriptors are left: the waiting connections stay in the kernel until others end.
        guard [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.code) else { throw error }
        usleep(50_000)
      }
    }
  }

  /// Starts the connection's thread, unless it belongs to another user of this machine, who may have seen the token in
  /// the arguments of xdg-open.
  private func admit(_ socket: Socket, _ owners: SocketDiagnostics?) {
    func reject(_ refusal: Refusal) {
      // The send buffer of a new connection has room for it.
      WebConnection(socket, feed: feed).send(WebAnswer(refusal).bytes(isHead: false))
    }
    if case .user(let owner)? = owners?.peer(of: socket.descriptor), !users.contains(owner) {
      return reject(.otherUser)
    }
    guard let (number, displaced) = table.withLock({ $0.add(socket) }) else { return reject(.tooMany) }
    // Ends its thread's wait.
    if let displaced { shutdown(displaced.raw, Int32(SHUT_RDWR)) }
    let thread = try? JoinableThread(name: "web-\(number)") { [self] in
      serve(socket, number)
      table.withLock { $0.remove(number) }
    }
    if thread == nil { table.withLock { $0.remove(number) } }
  }

  private func serve(_ socket: Socket, _ number: Int) {
    let connection = WebConnection(socket, feed: feed)
    do throws(Refusal) {
      guard let head = try connection.readHead(), table.withLock({ $0.markRequest(number) }) else { return }
      switch access.withLock({ $0.decide(head) }) {
      case .serve(.events):
        guard connection.send(WebAnswer.stream.bytes(isHead: head.method == .head)) else { return }
        if head.method == .get { connection.stream() }
      case .serve(let path): connection.send(answer(path).bytes(isHead: head.method == .head))
      case .exchange(let cookie): connection.send(WebAnswer(exchange: cookie).bytes(isHead: false))
      case .refuse(let refusal): connection.send(WebAnswer(refusal).bytes(isHead: head.method == .head))
      }
    } catch {
      connection.send(WebAnswer(error).bytes(isHead: false))
    }
    // The peer reads the whole answer before the connection's end, even if it sent more than was read.
    StreamSocket.endSending(socket.descriptor)
  }

  private func answer(_ path: PagePath) -> WebAnswer {
    do {
      switch path {
      case .page: return WebAnswer("text/html; charset=utf-8", PageAsset.page)
      case .style: return WebAnswer("text/css; charset=utf-8", PageAsset.style)
      case .script: return WebAnswer("text/javascript; charset=utf-8", PageAsset.script)
      case .incidents: return WebAnswer("application/json", Array(try content.incidents()))
      case .report(let span): return WebAnswer("application/json", Array(try content.report(span)))
      case .events: return WebAnswer.stream
      }
    } catch {
      return WebAnswer(.unavailable("\(error)"))
    }
  }
}
