import Foundation
import Glibc
import Synchronization
import TestSupport

/// Connections that send nothing, or one byte per second.
final class IdleClients {
  private let descriptors: [Int32]
  private let timer: any DispatchSourceTimer

  init(_ count: Int, socket: String) throws {
    let descriptors = try (0..<count).map { _ in try Watchers.connect(socket) }
    self.descriptors = descriptors
    timer = DispatchSource.makeTimerSource()
    let request = Array("GET /v1/status HTTP/1.1\r\nHost: oceanid\r\nX-Slow: ".utf8)
    let turns = Mutex(0)
    timer.schedule(deadline: .now(), repeating: 1)
    timer.setEventHandler { @Sendable in
      let turn = turns.withLock { turn in
        defer { turn += 1 }
        return turn
      }
      let byte = turn < request.count ? request[turn] : UInt8(ascii: "x")
      for (index, descriptor) in descriptors.enumerated() where index.isMultiple(of: 2) {
        _ = [byte].withUnsafeBytes { send(descriptor, $0.baseAddress, 1, Int32(MSG_NOSIGNAL)) }
      }
    }
    timer.resume()
  }

  func end() {
    timer.cancel()
    for descriptor in descriptors { close(descriptor) }
  }
}
