internal import Glibc
internal import Synchronization

/// The target of a tunnel test: a server on loopback or on a Unix socket, with one thread per connection.
package final class TCPServer: Sendable {
  /// The behavior of the server on a connection.
  package enum Service: Sendable {
    /// Sends back received data and end of file.
    case echo
    /// Discards received data; at end of file, sends the number of bytes as text.
    case discard
    /// Sends this many bytes of `pattern`, then end of file.
    case source(Int)
    /// Sends this many zero bytes as fast as possible, then end of file.
    case flood(Int)
    /// Sends this many bytes of `pattern`, receives this many, and resets the connection.
    case reset(sent: Int, received: Int)
    /// Accepts and sends nothing.
    case silent
  }

  package let port: Int
  private let listener: LoopbackSocket
  private let counter: Counter

  private final class Counter: Sendable {
    let accepted = Atomic<Int>(0)
    let open = Atomic<Int>(0)
  }

  package convenience init(_ service: Service, port: Int = 0) throws {
    let (listener, port) = try LoopbackSocket.listener(port: port)
    self.init(service, listener, port: port)
  }

  /// Listens on a Unix socket; `port` is 0.
  package convenience init(_ service: Service, path: String) throws {
    self.init(service, try LoopbackSocket.listener(path: path), port: 0)
  }

  private init(_ service: Service, _ listener: LoopbackSocket, port: Int) {
    self.listener = listener
    self.port = port
    let counter = Counter()
    self.counter = counter
    // The thread keeps the listener open until `stop` has ended accept(2); otherwise the descriptor could be reused.
    spawnThread {
      while let client = listener.accept() {
        counter.accepted.add(1, ordering: .relaxed)
        counter.open.add(1, ordering: .relaxed)
        spawnThread {
          Self.serve(client, service)
          counter.open.subtract(1, ordering: .relaxed)
        }
      }
    }
  }

  deinit { stop() }

  /// Stops listening; open connections stay.
  package func stop() { listener.stopAccepting() }

  package var acceptedConnections: Int { counter.accepted.load(ordering: .relaxed) }
  package var openConnections: Int { counter.open.load(ordering: .relaxed) }

  /// Byte number `index` of a source. Neighboring blocks differ, so that a lost block is detected.
  package static func pattern(_ index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: index &* 31 &+ index >> 8 &+ index >> 16)
  }

  private static func send(_ total: Int, to client: LoopbackSocket) -> Bool {
    var sent = 0
    while sent < total {
      let part = (sent..<min(total, sent + 65536)).map(pattern)
      guard (try? client.send(part)) != nil else { return false }
      sent += part.count
    }
    return true
  }

  private static func serve(_ client: LoopbackSocket, _ service: Service) {
    LoopbackSocket.limit(client.descriptor, .seconds(60))
    switch service {
    case .echo:
      while let bytes = try? client.receive(), !bytes.isEmpty {
        guard (try? client.send(bytes)) != nil else { return }
      }
      client.finishSending()
    case .discard:
      var count = 0
      while let bytes = try? client.receive(), !bytes.isEmpty { count += bytes.count }
      try? client.send(Array("\(count)\n".utf8))
    case .source(let total):
      guard send(total, to: client) else { return }
      client.finishSending()
      _ = try? client.receive()
    case .reset(let sent, let received):
      guard send(sent, to: client) else { return }
      _ = try? client.receive(exactly: received)
      client.resetOnClose()
    case .flood(let total):
      let block = [UInt8](repeating: 0, count: 1 << 20)
      var left = total
      while left > 0 {
        guard (try? client.send(left < block.count ? Array(block.prefix(left)) : block)) != nil else {
          return
        }
        left -= block.count
      }
      client.finishSending()
      _ = try? client.receive()
    case .silent: while let bytes = try? client.receive(), !bytes.isEmpty {}
    }
  }
}
