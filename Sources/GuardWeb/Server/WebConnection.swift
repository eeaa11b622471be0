import Glibc
import Platform

/// One connection of a browser: one request, one answer. Runs in its own thread; every wait has a deadline.
struct WebConnection: ~Copyable {
  /// From the connection to the end of the request's head.
  static let headTime: Duration = .seconds(5)
  /// For each part of an answer. A browser that does not read is disconnected.
  private static let writeTime: Duration = .seconds(10)
  /// The page counts the guard as silent if it gets nothing for three of these.
  private static let beatInterval: Duration = .seconds(5)

  private let socket: Socket
  private let feed: GuardFeed

  init(_ socket: Socket, feed: GuardFeed) {
    self.socket = socket
    self.feed = feed
  }

  /// The request's head; nil if the peer closed the connection.
  func readHead() throws(Refusal) -> RequestHead? {
    let deadline = MonotonicTime.now + WebConnection.headTime
    var bytes: [UInt8] = []
    while true {
      guard socket.descriptor.waitUntilReadable(until: deadline) else {
        // Browsers open connections ahead of their requests.
        if bytes.isEmpty { return nil }
        throw .tooSlow
      }
      let searched = bytes.count
      switch receive(into: &bytes) {
      case .moved: if let head = try RequestHead.read(bytes, searched: searched) { return head }
      case .wouldBlock: continue
      case .endOfFile, .failed: return nil
      }
    }
  }

  /// Sends everything, or gives up at the deadline or when the peer has gone.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    let deadline = MonotonicTime.now + WebConnection.writeTime
    return bytes.withUnsafeBytes { socket.descriptor.sendAll($0, until: deadline) }
  }

  /// Sends events until the peer closes the connection, does not read, or the server stops.
  func stream() {
    guard let event = try? WakeupEvent() else { return }
    let number = feed.subscribe(event)
    defer { feed.unsubscribe(number) }
    var version = -1
    while !feed.isStopped {
      event.clear()
      let now = feed.snapshot
      let frames = now.version == version ? [EventFrame.beat] : now.frames
      guard send(frames.flatMap(\.bytes)) else { return }
      version = now.version
      guard isOpen(after: event) else { return }
    }
  }

  /// Waits for news or the time of the next beat; false if the peer has closed the connection.
  private func isOpen(after event: WakeupEvent) -> Bool {
    var entries = [
      pollfd(fd: event.raw, events: Int16(POLLIN), revents: 0),
      pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&entries, 2, Epoll.milliseconds(WebConnection.beatInterval)) >= 0 || errno == EINTR else {
      return false
    }
    // A browser sends nothing more on this connection, so readable means closed.
    return entries[1].revents == 0
  }

  private func receive(into bytes: inout [UInt8]) -> Descriptor.Outcome {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { room in
      let outcome = socket.descriptor.read(into: room)
      if case .moved(let count) = outcome { bytes += UnsafeRawBufferPointer(rebasing: room[..<count]) }
      return outcome
    }
  }
}
