internal import Platform
internal import SSH

/// One connection with its SSH session: bytes go from the socket into the session's wire and back.
///
/// Belongs to the thread whose loop watches it.
final class Link {
  /// Reads stop being taken from local connections above this much that waits to be sent.
  static let outboundMark = 1 << 20

  private static let smallRead = 16 << 10

  let session: Session
  let peer: HostPort
  private let socket: Socket
  /// The process at the other end of the socket, where there is one; it ends with the link.
  private let proxy: ProxyCommand?
  private var watch: Watch?
  private var readiness = Readiness()
  /// What came last was small and was not acknowledged by anything that was sent since.
  private var owesAcknowledgement = false
  /// When the peer was last heard.
  private(set) var lastReceived: MonotonicTime
  /// The connection is gone, for this reason.
  private(set) var end: End?

  enum End {
    case closedByPeer
    case failed(Int32)
  }

  /// - Parameter hostKeyTypes: those that known_hosts has, to be asked for first.
  init(
    socket: Socket, peer: HostPort, hostKeyTypes: [String], algorithms: Algorithms.Offer,
    proxy: ProxyCommand? = nil, loop: Loop, now: MonotonicTime
  ) throws(SSHError) {
    self.session = try Session(socket: socket.raw, hostKeyTypes: hostKeyTypes, algorithms: algorithms)
    self.socket = socket
    self.proxy = proxy
    self.peer = peer
    self.lastReceived = now
    do throws(SystemError) {
      watch = try loop.watch(socket.raw) { [weak self] in self?.readiness.note($0) }
    } catch {
      throw SSHError(code: .disconnected, operation: "connection", detail: error.description)
    }
  }

  /// What became of the process that led there; nil where there was none.
  var proxyWords: String? { proxy?.lastWords }

  /// Why it ended, as a sentence's end; nil while it lives.
  var endWords: String? {
    switch end {
    case nil: nil
    case .closedByPeer: proxyWords ?? "the peer closed the connection"
    case .failed(let code): SystemError("connection", code: code).reason
    }
  }

  var quality: PathQuality? { PathQuality(of: socket.descriptor) }
  var isCongested: Bool { session.wire.outbound.count >= Link.outboundMark }

  /// Takes what the socket has, as far as the wire has room; true when anything came.
  func takeIn(now: MonotonicTime) -> Bool {
    let inbound = session.wire.inbound
    let before = inbound.count
    var cameIn = false
    while readiness.canRead, inbound.space > 0, end == nil {
      inbound.fill { room in
        switch socket.descriptor.read(into: room) {
        case .moved(let count):
          cameIn = true
          readiness.noteRead(count, room: room.count)
          return count
        case .wouldBlock: readiness.canRead = false
        case .endOfFile:
          session.wire.isAtEnd = true
          end = .closedByPeer
        case .failed(let code):
          session.wire.isBroken = true
          end = .failed(code)
        }
        return 0
      }
    }
    if cameIn {
      lastReceived = now
      owesAcknowledgement = inbound.count - before < Link.smallRead
    }
    return cameIn
  }

  /// Sends what waits on the wire, as far as the socket takes it; true when anything went.
  func flush() -> Bool {
    let outbound = session.wire.outbound
    var went = false
    while readiness.canWrite, !outbound.isEmpty, end == nil {
      switch socket.descriptor.send(outbound.waiting) {
      case .moved(let count):
        outbound.consume(count)
        went = true
      case .wouldBlock, .endOfFile: readiness.canWrite = false
      case .failed(let code):
        session.wire.isBroken = true
        end = .failed(code)
      }
    }
    if went { owesAcknowledgement = false }
    return went
  }

  /// sshd forwards with Nagle's algorithm on: its next small packet waits until this one is acknowledged, which the
  /// kernel would put off for 40 ms. A bulk stream needs no help, nor one that is answered.
  func acknowledge() {
    guard owesAcknowledgement else { return }
    owesAcknowledgement = false
    StreamSocket.acknowledgeNow(socket.descriptor)
  }
}
