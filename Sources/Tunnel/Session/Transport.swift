internal import Platform
internal import SSH

/// One connection with its SSH session. Transfers bytes between the socket and the session's wire.
///
/// Belongs to the thread whose loop watches it.
final class Transport {
  /// While more than this many bytes wait to be sent, nothing is read from local connections.
  static let outboundMark = 1 << 20

  /// While more than this many bytes wait to be sent, nothing is received: a peer that does not read its answers has to
  /// wait.
  private static let outboundLimit = 4 << 20
  private static let smallRead = 16 << 10

  /// How long a ProxyCommand that has closed its standard input may take to end its output.
  private static let lastWordsTimeLimit: Duration = .seconds(3)

  let session: Session
  var server: ServerProgram { session.server }
  let peer: HostPort
  /// The address of this machine in the connection; nil if it cannot be removed.
  let source: SourceAddress?
  private let socket: Socket
  /// The process that carries the bytes; released after the socket.
  let proxy: ProxyCommand?
  private var watch: Watch?
  /// The watch of the ProxyCommand's standard input, which is a pipe of its own.
  private var inputWatch: Watch?
  private var readiness = Readiness()
  /// The last received data was small, and no data sent since has acknowledged it.
  private var owesAcknowledgement = false
  /// When data was last received from the peer.
  private(set) var lastReceived: MonotonicTime
  private(set) var receivedData = false
  /// Why no more data can be sent. Data received before that is still read, with a ProxyCommand at most
  /// until `deadline`.
  private var sendFailure: (code: Int32, deadline: MonotonicTime?)?
  /// Why the connection ended; nil while it exists.
  private(set) var end: End?

  enum End {
    case closedByPeer
    case failed(Int32)
  }

  /// - Parameter hostKeyTypes: the types in known_hosts, which are requested first.
  init(
    socket: Socket, peer: HostPort, proxy: ProxyCommand?, hostKeyTypes: [String],
    algorithms: Algorithms.Offer, loop: Loop, now: MonotonicTime
  ) throws(SSHError) {
    self.session = try Session(socket: socket.raw, hostKeyTypes: hostKeyTypes, algorithms: algorithms)
    self.source = SourceAddress(of: socket.descriptor)
    self.socket = socket
    self.peer = peer
    self.proxy = proxy
    self.lastReceived = now
    do throws(SystemError) {
      watch = try loop.watch(socket.raw, writing: proxy == nil) { [weak self] in self?.readiness.record($0) }
      if let input = proxy?.stream.writing {
        inputWatch = try loop.watch(input.raw) { [weak self] in self?.recordInput($0) }
      }
    } catch {
      throw SSHError(code: .disconnected, operation: "connection", detail: error.description)
    }
  }

  var quality: PathQuality? { PathQuality(of: socket.descriptor) }
  var isCongested: Bool { session.wire.outbound.count >= Transport.outboundMark }

  /// Records an edge of the ProxyCommand's standard input.
  private func recordInput(_ edge: Epoll.Readiness) {
    if edge.wakesWriter { readiness.canWrite = true }
    // No process has it open any more. A session that sends nothing now would not notice.
    if !edge.isDisjoint(with: .hangup) { failSending(SystemError.brokenPipe) }
  }

  /// The earlier of `time` and the time at which a connection that cannot send is given up.
  func deadline(_ time: MonotonicTime) -> MonotonicTime {
    guard end == nil, let limit = sendFailure?.deadline else { return time }
    return min(time, limit)
  }

  /// Receives from the socket, as far as the wire has space; true if any bytes were received.
  func receive(now: MonotonicTime) -> Bool {
    let inbound = session.wire.inbound
    if end == nil, let (code, limit) = sendFailure, let limit, now >= limit { fail(code) }
    guard session.wire.outbound.count < Transport.outboundLimit else { return false }
    let before = inbound.count
    var cameIn = false
    while readiness.canRead, inbound.space > 0, end == nil {
      inbound.fill { room in
        switch socket.descriptor.read(into: room) {
        case .moved(let count):
          cameIn = true
          readiness.recordRead(count, room: room.count)
          return count
        case .wouldBlock:
          readiness.canRead = false
          // A command that exits closes its standard input first, and its last words are not here yet.
          if proxy == nil, let sendFailure { fail(sendFailure.code) }
        case .endOfFile:
          session.wire.isAtEnd = true
          end = .closedByPeer
        case .failed(let code): fail(code)
        }
        return 0
      }
    }
    if cameIn {
      lastReceived = now
      receivedData = true
      owesAcknowledgement = inbound.count - before < Transport.smallRead
    }
    return cameIn
  }

  private func failSending(_ code: Int32) {
    guard sendFailure == nil else { return }
    sendFailure = (code, proxy == nil ? nil : .now + Transport.lastWordsTimeLimit)
    readiness.canRead = true
  }

  private func fail(_ code: Int32) {
    session.wire.isBroken = true
    end = .failed(code)
  }

  /// Sends queued bytes, as far as the socket accepts them; true if any were sent, or sending has failed.
  func flush() -> Bool {
    let outbound = session.wire.outbound
    var went = false
    while readiness.canWrite, !outbound.isEmpty, end == nil, sendFailure == nil {
      switch send(outbound.waiting) {
      case .moved(let count):
        outbound.consume(count)
        went = true
      case .wouldBlock, .endOfFile: readiness.canWrite = false
      case .failed(let code):
        // The peer's last message may already be in the socket: a disconnect reason, or the output of a command instead
        // of a server.
        failSending(code)
        went = true
      }
    }
    if went { owesAcknowledgement = false }
    return went
  }

  private func send(_ bytes: UnsafeRawBufferPointer) -> Descriptor.Outcome {
    guard let proxy else { return socket.descriptor.send(bytes) }
    return proxy.stream.writing.descriptor.write(bytes)
  }

  /// Acknowledges a small read at once. sshd uses Nagle's algorithm when it forwards: its next small packet waits for
  /// this acknowledgement, which the kernel would delay by 40 ms. Bulk and data that is answered need no help.
  func acknowledge() {
    guard owesAcknowledgement else { return }
    owesAcknowledgement = false
    StreamSocket.acknowledgeNow(socket.descriptor)
  }

  /// Adds the output of a ProxyCommand to the failure.
  func explain(_ failure: TunnelFailure) -> TunnelFailure {
    proxy?.explain(failure, receivedData: receivedData) ?? failure
  }
}

extension Transport.End {
  var words: String {
    switch self {
    case .closedByPeer: "the peer closed the connection"
    case .failed(let code): SystemError("connection", code: code).reason
    }
  }

  var isTimeout: Bool {
    if case .failed(let code) = self { code == SystemError.timedOut } else { false }
  }
}
