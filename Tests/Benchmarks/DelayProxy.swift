import Foundation
import Synchronization
import TestSupport

/// Simulates a long path on loopback: forwards connections to a port, delays each byte by 50 ms in each direction, and
/// does not limit the rate.
final class DelayProxy: Sendable {
  static let oneWay: TimeInterval = 0.05
  /// The maximum number of bytes in flight in one direction, after which the sender has to wait.
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
    // Everything below is protected by `condition`.
    private let condition = NSCondition()
    private var waiting: [(due: Date, bytes: [UInt8])] = []
    private var first = 0
    private var count = 0

    /// An empty array means end of file.
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
