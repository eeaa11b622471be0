internal import Glibc
internal import Platform
package import Synchronization

/// The local end of a forward: bound once, or taken over from the service manager, and never closed while the
/// tunnel lives. Belongs to the tunnel's thread.
final class Listener {
  /// Who may connect, and who counts it.
  enum Kind {
    case forward(ForwardCounters)
    /// The guard's own door: an abstract Unix socket that takes connections of this process only.
    case own
  }

  enum State: Hashable {
    case listening
    /// Somebody else has the address; tried again at `retry`.
    case busy(holder: String?, retry: SuspendingClock.Instant)
    /// Not tried yet.
    case unbound
  }

  static let retryInterval: Duration = .seconds(2)

  let kind: Kind
  /// Where new connections lead to.
  var target: HostPort
  private let address: SocketAddress
  private var socket: Socket?
  private(set) var state: State

  /// - Parameter adopted: a listening socket of the service manager for this address.
  init(kind: Kind, address: SocketAddress, target: HostPort, adopted: Int32?) {
    self.kind = kind
    self.address = address
    self.target = target
    self.state = .unbound
    if let adopted {
      let descriptor = Descriptor(owning: adopted)
      try? descriptor.prepareForLoop()
      self.socket = Socket(descriptor)
      self.state = .listening
    }
  }

  var raw: Int32? { socket?.raw }

  /// Binds where that is still to be done; true when the state changed.
  func bind(now: SuspendingClock.Instant) -> Bool {
    var previous: String??
    switch state {
    case .listening: return false
    case .busy(let holder, let retry):
      guard now >= retry else { return false }
      previous = holder
    case .unbound: break
    }
    do throws(SystemError) {
      let descriptor = try StreamSocket.listen(on: address)
      if address.port == 0, case .forward(let counters) = kind, let bound = SocketAddress(boundTo: descriptor)
      {
        counters.boundPort.store(Int(bound.port), ordering: .relaxed)
      }
      self.socket = Socket(descriptor)
      state = .listening
      return true
    } catch {
      let holder = error.code == EADDRINUSE ? PortHolder.find(port: address.port) : error.description
      state = .busy(holder: holder, retry: now + Listener.retryInterval)
      return previous != .some(holder)
    }
  }

  /// One waiting connection; nil when nobody waits or it is not welcome.
  func accept() throws(SystemError) -> AcceptedSocket? {
    guard let listening = self.socket else { return nil }
    while let (raw, origin) = try StreamSocket.accept(from: listening.descriptor) {
      let socket = Descriptor(owning: raw)
      try socket.prepareForLoop()
      if case .own = kind {
        // A stranger who found the name is turned away: what comes through here speaks for the cluster.
        guard PeerCredentials(ofSocket: socket.raw)?.pid == getpid() else { continue }
        return AcceptedSocket(socket: Socket(socket), originHost: "127.0.0.1", originPort: 0)
      }
      StreamSocket.sendWithoutDelay(socket)
      return AcceptedSocket(socket: Socket(socket), originHost: origin.host, originPort: origin.port)
    }
    return nil
  }
}

/// A connection just accepted, with where it came from (RFC 4254 §7.2 names the originator).
struct AcceptedSocket {
  let socket: Socket
  let originHost: String
  let originPort: UInt16
}

/// What a forward has carried: written by the tunnel's thread, read by anybody.
package final class ForwardCounters: Sendable {
  /// The port that the kernel chose where 0 was asked for.
  package let boundPort = Atomic<Int>(0)
  package let open = Atomic<Int>(0)
  package let accepted = Atomic<Int>(0)
  package let refused = Atomic<Int>(0)
  package let bytesFromTarget = Atomic<Int>(0)
  package let bytesToTarget = Atomic<Int>(0)

  package init() {}
}
