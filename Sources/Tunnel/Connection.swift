internal import Platform
internal import SSH
internal import Synchronization

/// One local connection and its channel: bytes both ways, each direction ending on its own (half-close).
///
/// Belongs to the tunnel's thread.
final class Connection {
  enum State {
    /// Waits for the tunnel, or for its turn to open a channel.
    case waiting(deadline: SuspendingClock.Instant)
    /// Its open is the one on the wire.
    case opening(deadline: SuspendingClock.Instant)
    case relaying(Channel)
    case ended
  }

  /// Bytes that one connection moves before the next has its turn.
  static let turn = 256 << 10

  let accepted: AcceptedSocket
  let target: HostPort
  let counters: ForwardCounters?
  var state: State
  /// Edge-triggered readiness, remembered until the kernel says EAGAIN.
  var isReadable = true
  var isWritable = true
  private var toChannel: ByteQueue?
  private var toLocal: ByteQueue?
  private var localEnded = false
  private var sentEOF = false
  private var channelEnded = false
  private var toldLocal = false

  init(
    _ accepted: AcceptedSocket, target: HostPort, counters: ForwardCounters?,
    deadline: SuspendingClock.Instant
  ) {
    self.accepted = accepted
    self.target = target
    self.counters = counters
    self.state = .waiting(deadline: deadline)
  }

  /// The local client went away in anger: nothing more can be delivered to it.
  private(set) var isCut = false
  var isFinished: Bool { isCut || (sentEOF && toldLocal) }

  /// Moves what can be moved without waiting.
  ///
  /// - Returns: `moved`, and whether the turn ended before there was nothing left to move.
  func relay(_ channel: Channel, link: Link, scratch: UnsafeMutableRawBufferPointer) throws(SSHError) -> (
    moved: Bool, hasMore: Bool
  ) {
    let down = try relayDown(channel, scratch)
    let up = try relayUp(channel, link, scratch)
    return (down.moved || up.moved, down.hasMore || up.hasMore)
  }

  /// Resets the local side, so that a client can tell a cut from an end.
  func cut() {
    StreamSocket.resetOnClose(accepted.socket.descriptor)
    isCut = true
  }

  // MARK: - From the channel to the local client

  private func relayDown(
    _ channel: Channel, _ scratch: UnsafeMutableRawBufferPointer
  ) throws(SSHError) -> (moved: Bool, hasMore: Bool) {
    var moved = flushLocal()
    var budget = Connection.turn
    // The round's pump has taken in what came; asking a quiet channel to read would take in again, for nothing.
    while toLocal == nil, !channelEnded, !isCut, budget > 0, channel.available > 0 || channel.isAtEnd {
      switch try channel.read(into: scratch) {
      case .moved(let count):
        moved = true
        budget -= count
        counters?.bytesFromTarget.add(count, ordering: .relaxed)
        deliver(UnsafeRawBufferPointer(rebasing: scratch.prefix(count)))
      case .wouldBlock: return (moved, false)
      case .endOfFile: channelEnded = true
      }
    }
    if channelEnded, toLocal == nil, !toldLocal {
      StreamSocket.endSending(accepted.socket.descriptor)
      toldLocal = true
      moved = true
    }
    return (moved, budget <= 0)
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
    while isWritable, !rest.isEmpty {
      switch accepted.socket.descriptor.send(rest) {
      case .moved(let count): rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      case .wouldBlock: isWritable = false
      case .endOfFile, .failed:
        isCut = true
        return UnsafeRawBufferPointer(rebasing: rest.prefix(0))
      }
    }
    return rest
  }

  // MARK: - From the local client to the channel

  private func relayUp(
    _ channel: Channel, _ link: Link, _ scratch: UnsafeMutableRawBufferPointer
  ) throws(SSHError) -> (moved: Bool, hasMore: Bool) {
    var moved = false
    var budget = Connection.turn
    if let queue = toChannel {
      let sent = try send(queue.waiting, channel, link)
      queue.consume(sent)
      moved = sent > 0
      guard queue.isEmpty else { return (moved, false) }
      toChannel = nil
    }
    // Whole packets: what is read at once fills them.
    let chunk = UnsafeMutableRawBufferPointer(rebasing: scratch.prefix(2 * Channel.largestWrite))
    while isReadable, !localEnded, !isCut, budget > 0, !link.isCongested, toChannel == nil {
      switch accepted.socket.descriptor.read(into: chunk) {
      case .moved(let count):
        moved = true
        budget -= count
        counters?.bytesToTarget.add(count, ordering: .relaxed)
        let bytes = UnsafeRawBufferPointer(rebasing: chunk.prefix(count))
        let sent = try send(bytes, channel, link)
        if sent < count {
          let queue = ByteQueue(capacity: count - sent)
          queue.append(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(sent)))
          toChannel = queue
        }
      case .endOfFile: localEnded = true
      case .wouldBlock: isReadable = false
      case .failed: isCut = true
      }
    }
    if localEnded, toChannel == nil, !sentEOF, try channel.sendEOF() == .done {
      sentEOF = true
      moved = true
    }
    return (moved, budget <= 0)
  }

  private func send(_ bytes: UnsafeRawBufferPointer, _ channel: Channel, _ link: Link) throws(SSHError) -> Int
  {
    var sent = 0
    while sent < bytes.count, !link.isCongested {
      switch try channel.write(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(sent))) {
      case .moved(let count): sent += count
      case .wouldBlock: return sent
      case .endOfFile:
        isCut = true
        return sent
      }
    }
    return sent
  }
}
