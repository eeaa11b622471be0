internal import Glibc
internal import Platform
internal import Synchronization

/// The local end of a forward: bound once, or taken over from the service manager, and never closed while the
/// tunnel lives. Belongs to the tunnel's thread.
final class Listener {
  /// The purpose of a listener: it decides who may connect.
  enum Kind {
    case forward(ForwardCounters)
    /// The guard's internal socket: a Unix socket that takes connections of this process only.
    case own
  }

  enum State: Hashable {
    case listening
    /// Another process has the address, which is named if it is visible; tried again at `retry`.
    case busy(holder: String?, retry: MonotonicTime)
    /// Not tried yet.
    case unbound
  }

  static let retryInterval: Duration = .seconds(2)

  let kind: Kind
  /// Where new connections lead to.
  var target: StreamAddress
  private let address: SocketAddress
  private var socket: Socket?
  private var watch: Watch?
  /// The file of a Unix socket of our own, to be removed at the end.
  private var file: ControlSocket.Identity?
  private(set) var state: State

  /// - Parameter adopted: a listening socket of the service manager for this address.
  init(kind: Kind, address: SocketAddress, target: StreamAddress, adopted: Int32?) {
    self.kind = kind
    self.address = address
    self.target = target
    self.state = .unbound
    if let adopted {
      let descriptor = Descriptor(owning: adopted)
      try? descriptor.prepareForLoop()
      StreamSocket.sendWithoutDelay(descriptor)
      self.socket = Socket(descriptor)
      self.state = .listening
    }
  }

  deinit {
    if let path = address.path { ControlSocket.remove(path: path, file) }
  }

  var isListening: Bool { state == .listening }

  func watch(by loop: Loop, _ watcher: @escaping Loop.Watcher) throws(SystemError) {
    watch = try socket.map { socket throws(SystemError) in try loop.watch(socket.raw, watcher) }
  }

  /// Binds where that is still to be done; true when the state changed.
  func bind(now: MonotonicTime) -> Bool {
    var previous: String??
    switch state {
    case .listening: return false
    case .busy(let holder, let retry):
      guard now >= retry else { return false }
      previous = holder
    case .unbound: break
    }
    do throws(SystemError) {
      self.socket = Socket(try listen())
      state = .listening
      return true
    } catch {
      let holder = error.code == EADDRINUSE ? holder : error.description
      state = .busy(holder: holder, retry: now + Listener.retryInterval)
      return previous != .some(holder)
    }
  }

  /// Closes the socket, whose file is gone, so that it is bound again.
  func close() {
    guard state == .listening else { return }
    watch = nil
    socket = nil
    state = .unbound
  }

  private func listen() throws(SystemError) -> Descriptor {
    if let path = address.path {
      // ssh_config(5), StreamLocalBindMask: the owner's alone.
      let descriptor = try ControlSocket.listen(path: path)
      file = ControlSocket.Identity(of: path)
      return descriptor
    }
    let descriptor = try StreamSocket.listen(on: address)
    if address.port == 0, case .forward(let counters) = kind, let bound = SocketAddress(boundTo: descriptor) {
      counters.boundPort.store(Int(bound.port), ordering: .relaxed)
    }
    return descriptor
  }

  private var holder: String? {
    guard address.path == nil else { return nil }
    return PortListener.find(port: address.port) ?? PortListener.owner(port: address.port)
  }

  struct Accepted {
    let socket: Socket
    let address: SocketAddress

    /// RFC 4254 §7.2 wants an address; a Unix socket has none.
    var origin: HostPort {
      HostPort(host: address.host.isEmpty ? "127.0.0.1" : address.host, port: address.port)
    }

    /// It comes from this very process.
    var isOwn: Bool { PeerCredentials(ofSocket: socket.raw)?.pid == getpid() }
  }

  /// One pending connection; nil when there is none.
  func accept() throws(SystemError) -> Accepted? {
    guard let listening = self.socket else { return nil }
    if isShort {
      guard StreamSocket.hasWaiting(listening.descriptor) else { return nil }
      throw SystemError("accept", code: EMFILE)
    }
    return try StreamSocket.accept(from: listening.descriptor).map { raw, address in
      Accepted(socket: Socket(Descriptor(owning: raw)), address: address)
    }
  }

  /// Only the reserve of descriptors is left, and clients may not use it.
  var isShort: Bool {
    guard case .forward = kind, let socket else { return false }
    return DescriptorReserve.isTouched(asOf: socket.descriptor)
  }
}

extension SocketAddress {
  init?(_ address: StreamAddress) {
    switch address {
    case .tcp(let place): self.init(numericHost: place.host, port: place.port)
    case .unix(let path): self.init(path: path)
    }
  }
}
