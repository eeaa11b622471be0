internal import GuardAPI
internal import GuardState
internal import GuardStatus
internal import Health
internal import NIOCore
internal import NIOHTTP1
internal import Platform

/// The clients of `GET /v1/watch`. Each gets a complete snapshot, then a line per change, and heartbeats.
///
/// A client that does not read is dropped without an effect on the others.
// All state belongs to `loop`: every method switches to it or asserts it.
final class Watchers: @unchecked Sendable {
  /// Changes within this time are sent with one status.
  private static let gathering: TimeAmount = .milliseconds(50)

  private let board: StatusBoard
  private let prepared: PreparedStatus
  private let loop: any EventLoop
  private var channels: [ObjectIdentifier: any Channel] = [:]
  private var pending: [ChangeDocument] = []
  private var beat: RepeatedTask?

  init(board: StatusBoard, prepared: PreparedStatus, loop: any EventLoop) {
    self.board = board
    self.prepared = prepared
    self.loop = loop
  }

  func start() {
    board.onChange { [weak self] change in self?.record(change) }
    let interval = TimeAmount.seconds(WatchLine.heartbeatInterval.components.seconds)
    loop.execute { [self] in
      beat = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [weak self] _ in
        guard let self, !channels.isEmpty else { return }
        send(.heartbeat(.now, board.statusDocument()))
      }
    }
  }

  func stop() {
    board.onChange(nil)
    loop.execute { [self] in
      beat?.cancel()
      for channel in channels.values {
        channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in channel.close(promise: nil)
        }
      }
      channels = [:]
    }
  }

  func add(_ channel: any Channel, version: HTTPVersion) {
    loop.preconditionInEventLoop()
    var head = HTTPResponseHead(version: version, status: .ok)
    head.headers.add(name: "Content-Type", value: "application/jsonl")
    head.headers.add(name: "Cache-Control", value: "no-store")
    // HTTP/1.0 has no chunks and reads to the end of the connection (RFC 9112 §6.1).
    if version == .http1_1 {
      head.headers.add(name: "Transfer-Encoding", value: "chunked")
    } else {
      head.headers.add(name: "Connection", value: "close")
    }
    channel.write(HTTPServerResponsePart.head(head), promise: nil)
    channels[ObjectIdentifier(channel)] = channel
    guard let document = prepared.line else { return }
    // Builds `WatchLine.snapshot` around the encoded status.
    var line = ByteBuffer(string: "{\"status\":")
    line.writeBytes(document.readableBytesView.dropLast())
    line.writeString(",\"type\":\"snapshot\"}\n")
    send(line, to: channel)
  }

  func remove(_ channel: any Channel) {
    loop.preconditionInEventLoop()
    channels[ObjectIdentifier(channel)] = nil
  }

  private func record(_ change: ChangeDocument) {
    loop.execute { [self] in
      guard !channels.isEmpty else { return }
      pending.append(change)
      guard pending.count == 1 else { return }
      loop.scheduleTask(in: Watchers.gathering) { [self] in sendPending() }
    }
  }

  /// Sends the pending changes. The last one contains the resulting status.
  private func sendPending() {
    let changes = pending
    pending = []
    for (index, change) in changes.enumerated() {
      send(.change(change, index == changes.count - 1 ? board.statusDocument() : nil))
    }
  }

  private func send(_ line: WatchLine) {
    guard let bytes = Watchers.bytes(line) else { return }
    for channel in channels.values {
      if channel.isWritable { send(bytes, to: channel) } else { channel.close(promise: nil) }
    }
  }

  private func send(_ bytes: ByteBuffer, to channel: any Channel) {
    channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(bytes)), promise: nil)
  }

  private static func bytes(_ line: WatchLine) -> ByteBuffer? {
    guard let encoded = try? DocumentCoding.encode(line) else { return nil }
    return ByteBuffer(bytes: encoded + [UInt8(ascii: "\n")])
  }
}
