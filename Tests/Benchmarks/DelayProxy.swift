import Foundation
import Synchronization
import TestSupport

/// A long path on loopback: passes connections on to a port, every byte 50 ms late each way, and bounds no rate.
final class DelayProxy: Sendable {
  static let oneWay: TimeInterval = 0.05
  /// Bytes under way in one direction before the sender has to wait.
  private static let room = 64 << 20

  let port: Int
  private let listener: LoopbackSocket

  init(to target: Int) throws {
    let (listener, port) = try LoopbackSocket.listener()
    self.listener = listener
    self.port = port
    Self.spawn {
      while let near = listener.accept() {
        guard let far = try? LoopbackSocket(port: target, timeout: .seconds(600)) else { continue }
        Self.carry(from: near, to: far)
        Self.carry(from: far, to: near)
      }
    }
  }

  deinit { listener.stopAccepting() }

  private static func carry(from: LoopbackSocket, to: LoopbackSocket) {
    let path = Path()
    Self.spawn {
      while let bytes = try? from.receive(atMost: 256 << 10), !bytes.isEmpty { path.put(bytes) }
      path.put([])
    }
    Self.spawn {
      while true {
        let bytes = path.take()
        if bytes.isEmpty { break }
        guard (try? to.send(bytes)) != nil else { break }
      }
      to.finishSending()
    }
  }

  private static func spawn(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.start()
  }

  /// The data in flight in one direction.
  private final class Path: @unchecked Sendable {
    // Owned by `condition`: everything below is touched with it locked.
    private let condition = NSCondition()
    private var waiting: [(due: Date, bytes: [UInt8])] = []
    private var first = 0
    private var count = 0

    /// Empty is the end.
    func put(_ bytes: [UInt8]) {
      condition.lock()
      while count > DelayProxy.room { condition.wait() }
      waiting.append((Date(timeIntervalSinceNow: DelayProxy.oneWay), bytes))
      count += bytes.count
      condition.signal()
      condition.unlock()
    }

    func take() -> [UInt8] {
      condition.lock()
      defer { condition.unlock() }
      while first == waiting.count { condition.wait() }
      while waiting[first].due > Date() { _ = condition.wait(until: waiting[first].due) }
      defer {
        first += 1
        if first > 1024 {
          waiting.removeFirst(first)
          first = 0
        }
        condition.broadcast()
      }
      count -= waiting[first].bytes.count
      return waiting[first].bytes
    }
  }
}
