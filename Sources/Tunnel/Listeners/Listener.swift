internal import Glibc
internal import Platform
internal import Synchronization

/// The local end of a forward. It is bound once, or passed in by the service manager, and stays open while the tunnel
/// exists. Belongs to the tunnel's thread.
final class Listener {
  /// The kind decides which processes may connect.
  enum Kind {
    case forward(ForwardCounters)
    /// The guard's internal socket, which only this process may use.
    case own
  }

  enum State: Hashable {
    case listening
    /// Another process uses the address. Its name is known if this process may see it. The next try is at `retry`.
    case busy(holder: String?, retry: MonotonicTime)
    /// Binding was not tried yet.
    case unbound
  }

  static let retryInterval: Duration = .seconds(2)

  let kind: Kind
  /// The target of new connections.
  var target: StreamAddress
  private let address: SocketAddress
  private var socket: Socket?
  private var watch: Watch?
  /// The file of a Unix socket that this process created and removes at the end.
  private var file: ControlSocket.Identity?
  private(set) var state: State

  /// - Parameter adopted: a listening socket for this address from the service manager.
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

  /// Binds the address if that is due; true if the state changed.
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

  /// Closes a socket whose file was removed, so that it is bound again.
  func close() {
    guard state == .listening else { return }
    watch = nil
    socket = nil
    state = .unbound
  }

  private func listen() throws(SystemError) -> Descriptor {
    if let path = address.path {
      // Only the owner may connect (ssh_config(5), StreamLocalBindMask).
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
    return PortListener.find(port: address.port, host: address.host)
      ?? PortListener.owner(port: address.port, host: address.host)
  }

  struct Accepted {
    let socket: Socket
    let address: SocketAddress

    /// RFC 4254 §7.2 requires an address, and a Unix socket has none.
    var origin: HostPort {
      HostPort(host: address.host.isEmpty ? "127.0.0.1" : address.host, port: address.port)
    }

    /// True if the connection comes from this process.
    var isOwn: Bool { PeerCredentials(ofSocket: socket.raw)?.pid == getpid() }
  }

  /// Accepts one pending connection; nil if there is none.
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

  /// True if only the reserve of descriptors is left, which clients may not use.
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
