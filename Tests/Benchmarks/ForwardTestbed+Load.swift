import Foundation
import Synchronization
import TestSupport

// Many streams at once, and bulk beside small requests.
extension ForwardTestbed {
  /// The total throughput of four streams in megabytes per second. One stream runs before them, because the guard opens
  /// further sessions when there is bulk.
  func fourStreams(_ stream: @escaping @Sendable () throws -> Void) throws -> Double {
    try stream()
    return try 4 * Double(megabytes) / seconds { try together(4, stream) }
  }

  /// The sorted durations of small requests while a stream runs through the same forward.
  func besideBulk(_ implementation: Implementation) throws -> [Double] {
    let stream = Stream(self, implementation)
    defer { stream.stop() }
    Thread.sleep(forTimeInterval: 1)
    return try setUpTimes(implementation)
  }

  /// A download that is repeated until it is stopped.
  private final class Stream: Sendable {
    /// Released before the end is signaled, because a testbed ends its processes when its last owner releases it.
    private let testbed: Mutex<ForwardTestbed?>
    private let isOver = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    init(_ testbed: ForwardTestbed, _ implementation: Implementation) {
      self.testbed = Mutex(testbed)
      Thread { [self] in
        while !isOver.load(ordering: .relaxed), download(implementation) {}
        self.testbed.withLock { $0 = nil }
        ended.signal()
      }.start()
    }

    private func download(_ implementation: Implementation) -> Bool {
      let testbed = testbed.withLock { $0 }
      return (try? testbed?.download(implementation)) != nil
    }

    func stop() {
      isOver.store(true, ordering: .relaxed)
      ended.wait()
    }
  }

  private func together(_ count: Int, _ body: @escaping @Sendable () throws -> Void) throws {
    let failures = Mutex<[String]>([])
    let done = DispatchGroup()
    for _ in 0..<count {
      done.enter()
      Thread {
        do { try body() } catch { failures.withLock { $0.append("\(error)") } }
        done.leave()
      }.start()
    }
    done.wait()
    if let first = failures.withLock({ $0.first }) { throw FixtureError.failed(first) }
  }
}
