internal import Glibc
internal import Synchronization

/// A proxy on loopback that can modify the server's data: end, reset, silence or a flipped bit.
///
/// It uses one thread per connection, which owns both sockets.
package final class TamperingProxy: Sendable {
  /// The modification at a byte of the server's data, counted from 0 per connection.
  package enum Tampering: Hashable, Sendable {
    case none
    /// The client gets end of file instead of this byte and the rest.
    case end(at: Int)
    /// The client gets a reset instead of this byte and the rest.
    case reset(at: Int)
    /// The client gets neither this byte nor the rest; the connection stays open.
    case silence(from: Int)
    /// One bit of this byte is inverted.
    case flip(at: Int, bit: Int)

    var position: Int? {
      switch self {
      case .none: nil
      case .end(let at), .reset(let at), .silence(let at), .flip(let at, _): at
      }
    }
  }

  package let port: Int
  private let listener: LoopbackSocket
  private let state: State

  private final class State: Sendable {
    let tampering = Mutex(Tampering.none)
    let open = Atomic<Int>(0)
    let accepted = Atomic<Int>(0)
    let fromServer = Mutex<[UInt8]>([])
  }

  package init(to target: Int) throws {
    let (listener, port) = try LoopbackSocket.listener()
    let state = State()
    self.listener = listener
    self.port = port
    self.state = state
    spawnThread {
      while let near = listener.accept() {
        state.accepted.add(1, ordering: .relaxed)
        state.open.add(1, ordering: .relaxed)
        spawnThread {
          if let far = try? LoopbackSocket(port: target) { Self.carry(near, far, state) }
          state.open.subtract(1, ordering: .relaxed)
        }
      }
    }
  }

  deinit { listener.stopAccepting() }

  /// Applies to new connections.
  package func set(_ tampering: Tampering) { state.tampering.withLock { $0 = tampering } }

  /// Number of connections that neither side has closed.
  package var openConnections: Int { state.open.load(ordering: .relaxed) }
  package var acceptedConnections: Int { state.accepted.load(ordering: .relaxed) }
  /// The server's data on the newest connection.
  package var fromServer: [UInt8] { state.fromServer.withLock { $0 } }

  private static func carry(_ near: LoopbackSocket, _ far: LoopbackSocket, _ state: State) {
    let tampering = state.tampering.withLock { $0 }
    state.fromServer.withLock { $0 = [] }
    var passed = 0
    while true {
      var watched = [near, far].map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
      guard poll(&watched, 2, -1) > 0 else { continue }
      if watched[0].revents != 0 {
        guard let bytes = try? near.receive(), !bytes.isEmpty, (try? far.send(bytes)) != nil else { return }
      }
      if watched[1].revents != 0 {
        guard var bytes = try? far.receive(), !bytes.isEmpty else { return }
        var isCut = false
        if let position = tampering.position, (passed..<passed + bytes.count).contains(position) {
          let index = position - passed
          if case .flip(_, let bit) = tampering {
            bytes[index] ^= 1 << UInt8(bit & 7)
          } else {
            bytes.removeSubrange(index...)
            isCut = true
          }
        }
        passed += bytes.count
        state.fromServer.withLock { [bytes] in $0 += bytes }
        guard (try? near.send(bytes)) != nil else { return }
        if isCut {
          if case .reset = tampering { near.resetOnClose() }
          if case .silence = tampering { while let bytes = try? near.receive(), !bytes.isEmpty {} }
          return
        }
      }
    }
  }
}
