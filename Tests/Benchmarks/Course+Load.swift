import Foundation
import Synchronization
import TestSupport

// Many streams at once, and bulk beside small requests.
extension Course {
  /// Megabytes a second of four streams together. One stream goes before: the guard opens its further sessions when
  /// bulk asks for them.
  func fourStreams(_ stream: @escaping @Sendable () throws -> Void) throws -> Double {
    try stream()
    return try 4 * Double(megabytes) / seconds { try together(4, stream) }
  }

  /// How long small requests take, sorted, while a stream runs through the same forwarder.
  func besideBulk(_ contestant: Contestant) throws -> [Double] {
    let stream = Stream(self, contestant)
    defer { stream.stop() }
    Thread.sleep(forTimeInterval: 1)
    return try setUpTimes(contestant)
  }

  /// A download that begins again until it is stopped.
  private final class Stream: Sendable {
    /// Let go of before the end is told: what a course started ends with its last owner.
    private let course: Mutex<Course?>
    private let isOver = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    init(_ course: Course, _ contestant: Contestant) {
      self.course = Mutex(course)
      Thread { [self] in
        while !isOver.load(ordering: .relaxed), download(contestant) {}
        self.course.withLock { $0 = nil }
        ended.signal()
      }.start()
    }

    private func download(_ contestant: Contestant) -> Bool {
      let course = course.withLock { $0 }
      return (try? course?.download(contestant)) != nil
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
