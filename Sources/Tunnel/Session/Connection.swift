internal import Platform
internal import SSH
internal import Synchronization

/// One local connection and its channel. Each direction ends separately (half-close).
///
/// Belongs to the thread of its session.
final class Connection {
  /// The number of bytes that one connection moves before the next has its turn.
  static let turn = 256 << 10

  let client: Client
  let channel: Channel
  let window: ReceiveWindow
  private var meter: BulkMeter
  private var readiness = Readiness()
  private var toChannel: ByteQueue?
  private var toLocal: ByteQueue?
  private var localEnded = false
  private var sentEOF = false
  private var channelEnded = false
  private var sentLocalEnd = false
  /// The far side closed the channel, so data of the local client can no longer be sent.
  private var isAbandoned = false
  private var watch: Watch?
  /// The command that has not started yet.
  private var pendingCommand: String?

  init(_ client: Client, channel: Channel, window: ReceiveWindow, now: MonotonicTime) {
    self.client = client
    self.channel = channel
    self.window = window
    self.meter = BulkMeter(now: now)
    self.pendingCommand = client.command
  }

  func watch(by loop: Loop) throws(SystemError) {
    // A Unix socket reports an edge of writing each time its peer has read. That would wake the thread for every read of
    // a poll, so these edges are only requested while data waits for the client.
    watch = try loop.watch(client.socket.raw, writing: false) { [weak self] in self?.record($0) }
  }

  private func record(_ edge: Epoll.Readiness) {
    readiness.record(edge)
    if edge.wakesWriter, toLocal == nil { reportWriting(false) }
  }

  private func reportWriting(_ isWanted: Bool) {
    do throws(SystemError) {
      try watch?.setReportsWriting(isWanted)
    } catch {
      // Without the report, the connection would wait for ever.
      if isWanted { isCut = true }
    }
  }

  /// The client reset the connection, so nothing more can be delivered to it.
  private(set) var isCut = false
  /// How the connection ended; nil while it is open.
  private(set) var end: ConnectionEnd?
  var isFinished: Bool { isCut || (sentLocalEnd && (sentEOF || isAbandoned)) }

  func isBulk(now: MonotonicTime) -> Bool { meter.isBulk(now: now) }

  /// Makes libssh2 process received data, for all channels at once.
  func pump() throws(SSHError) { try channel.pump() }

  /// The result of a pass. `hasMore` is true if the turn ended with data left to move.
  typealias Pass = (moved: Bool, bytes: Int, hasMore: Bool)

  /// Moves the data that can be moved without waiting.
  ///
  /// - Parameter answerTime: the response time of the peer, which determines the growth of the window for bulk.
  func relay(
    _ transport: Transport, scratch: UnsafeMutableRawBufferPointer, answerTime: Duration?, now: MonotonicTime
  ) throws(SSHError) -> Pass {
    if client.command != nil, now >= client.deadline { isCut = true }
    if isCut { return (true, 0, false) }
    if let command = pendingCommand {
      switch try channel.start(command: command) {
      case .wouldBlock: return (false, 0, false)
      case .endOfFile:
        isCut = true
        return (true, 0, false)
      case .moved: pendingCommand = nil
      }
    }
    let down = try relayDown(scratch, answerTime, now)
    if sentLocalEnd, !sentEOF { isAbandoned = try channel.isClosedByPeer() }
    let up = isAbandoned ? (moved: true, bytes: 0, hasMore: false) : try relayUp(transport, scratch)
    let bytes = down.bytes + up.bytes
    if bytes > 0 { meter.add(bytes, now: now) }
    return (down.moved || up.moved, bytes, down.hasMore || up.hasMore)
  }

  // MARK: - Channel to local client

  private func relayDown(
    _ scratch: UnsafeMutableRawBufferPointer, _ answerTime: Duration?, _ now: MonotonicTime
  ) throws(SSHError) -> Pass {
    var moved = flushLocal()
    var bytes = 0
    var isQuiet = false
    // The round's pump has processed all received data. A read on a channel without data would process it again for
    // nothing.
    while toLocal == nil, !channelEnded, !isCut, !isQuiet, bytes < Connection.turn,
      channel.available > 0 || channel.isAtEnd
    {
      switch try channel.read(into: scratch) {
      case .moved(let count):
        moved = true
        bytes += count
        client.counters?.bytesFromTarget.add(count, ordering: .relaxed)
        client.traffic?.addFromTarget(count)
        deliver(UnsafeRawBufferPointer(rebasing: scratch.prefix(count)))
      case .wouldBlock: isQuiet = true
      case .endOfFile:
        channelEnded = true
        end = end ?? .closedByTarget
      }
    }
    if bytes > 0, let answerTime { try widen(bytes, answerTime, now) }
    if channelEnded, toLocal == nil, !sentLocalEnd {
      // If both directions have ended, the close that follows informs the client.
      if !sentEOF { StreamSocket.endSending(client.socket.descriptor) }
      sentLocalEnd = true
      moved = true
    }
    return (moved, bytes, bytes >= Connection.turn)
  }

  /// libssh2 only restores the initial window of the channel, so a larger window is maintained here.
  private func widen(_ bytes: Int, _ roundTrip: Duration, _ now: MonotonicTime) throws(SSHError) {
    if toLocal == nil { _ = window.record(bytes, roundTrip: roundTrip, now: now) }
    try channel.adjustWindow(to: window.size)
  }

  private func deliver(_ bytes: UnsafeRawBufferPointer) {
    let rest = sendLocal(bytes)
    guard !rest.isEmpty, !isCut else { return }
    let queue = ByteQueue(capacity: rest.count)
    queue.append(rest)
    toLocal = queue
  }

  private func flushLocal() -> Bool {
    guard let queue = toLocal else { return false }
    let before = queue.count
    let rest = sendLocal(queue.waiting)
    queue.consume(before - rest.count)
    if queue.isEmpty { toLocal = nil }
    return rest.count < before
  }

  private func sendLocal(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var rest = bytes
    while readiness.canWrite, !rest.isEmpty {
      switch client.socket.descriptor.send(rest) {
      case .moved(let count): rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      case .wouldBlock:
        readiness.canWrite = false
        reportWriting(true)
      case .endOfFile, .failed:
        isCut = true
        end = .resetByClient
        return UnsafeRawBufferPointer(rebasing: rest.prefix(0))
      }
    }
    return rest
  }

  // MARK: - Local client to channel

  private func relayUp(_ transport: Transport, _ scratch: UnsafeMutableRawBufferPointer) throws(SSHError)
    -> Pass
  {
    var moved = false
    var bytes = 0
    if let queue = toChannel {
      let sent = try send(queue.waiting, transport)
      queue.consume(sent)
      moved = sent > 0
      guard queue.isEmpty else { return (moved, bytes, false) }
      toChannel = nil
    }
    // One read fills whole packets.
    let chunk = UnsafeMutableRawBufferPointer(rebasing: scratch.prefix(2 * Channel.largestWrite))
    while readiness.canRead, !localEnded, !isCut, bytes < Connection.turn, !transport.isCongested,
      toChannel == nil
    {
      switch client.socket.descriptor.read(into: chunk) {
      case .moved(let count):
        moved = true
        bytes += count
        readiness.recordRead(count, room: chunk.count)
        client.counters?.bytesToTarget.add(count, ordering: .relaxed)
        client.traffic?.addToTarget(count)
        let read = UnsafeRawBufferPointer(rebasing: chunk.prefix(count))
        let sent = try send(read, transport)
        if sent < count {
          let queue = ByteQueue(capacity: count - sent)
          queue.append(UnsafeRawBufferPointer(rebasing: read.dropFirst(sent)))
          toChannel = queue
        }
      case .endOfFile:
        localEnded = true
        end = end ?? .closedByClient
      case .wouldBlock: readiness.canRead = false
      case .failed:
        isCut = true
        end = .resetByClient
      }
    }
    if localEnded, toChannel == nil, !sentEOF, try channel.sendEOF() == .done {
      sentEOF = true
      moved = true
    }
    return (moved, bytes, bytes >= Connection.turn)
  }

  private func send(_ bytes: UnsafeRawBufferPointer, _ transport: Transport) throws(SSHError) -> Int {
    var sent = 0
    while sent < bytes.count, !transport.isCongested {
      switch try channel.write(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(sent))) {
      case .moved(let count): sent += count
      case .wouldBlock: return sent
      case .endOfFile:
        isCut = true
        end = end ?? .closedByTarget
        return sent
      }
    }
    return sent
  }
}
