internal import GuardAPI
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Platform
internal import Synchronization

/// Limits the open connections to the control socket per user, so that no user can block the others.
package struct ConnectionQuota: Sendable {
  private var shares: ConnectionShares<UInt32>
  private let ownUID: UInt32

  /// - Parameter perUser: allows a few hundred watchers at once, which is not an attack.
  init(perUser: Int = 640, total: Int = 1280, ownUID: UInt32 = PeerCredentials.ownUID) {
    self.shares = ConnectionShares(perOwner: perUser, total: total)
    self.ownUID = ownUID
  }

  /// Returns true if the connection is admitted. It then counts until `release`.
  mutating func admit(_ uid: UInt32) -> Bool {
    // Several users together must not block the administrator.
    shares.admit(uid, isPrivileged: uid == 0 || uid == ownUID)
  }

  mutating func release(_ uid: UInt32) { shares.release(uid) }
}

/// The first handler of a connection. A connection over its user's quota gets an error and is closed before
/// it uses resources.
final class ConnectionGate: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  final class Ledger: Sendable {
    let quota: Mutex<ConnectionQuota>

    init(_ quota: ConnectionQuota) {
      self.quota = Mutex(quota)
    }
  }

  private let ledger: Ledger
  /// The user whose quota includes this connection; nil if it was refused.
  private var uid: UInt32?

  init(_ ledger: Ledger) {
    self.ledger = ledger
  }

  func channelActive(context: ChannelHandlerContext) {
    let peer = context.peerCredentials
    guard let peer, ledger.quota.withLock({ $0.admit(peer.uid) }) else {
      return reject(peer, context)
    }
    uid = peer.uid
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if uid != nil { context.fireChannelRead(data) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    guard let uid else { return }
    ledger.quota.withLock { $0.release(uid) }
    self.uid = nil
    context.fireChannelInactive()
  }

  private func reject(_ peer: PeerCredentials?, _ context: ChannelHandlerContext) {
    let who = peer.map { "uid \($0.uid)" } ?? "the peer"
    let answer = ControlAnswer.error(
      .serviceUnavailable, "too_many_connections", "\(who) has too many connections open: close some")
    let channel = context.channel
    let sent = context.eventLoop.makePromise(of: Void.self)
    sent.futureResult.whenComplete { _ in channel.close(promise: nil) }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: answer.closingResponse)), promise: sent)
  }
}

extension ChannelHandlerContext {
  /// The credentials of the peer; nil if the kernel does not provide them.
  var peerCredentials: PeerCredentials? {
    let socket = try? pipeline.syncOperations.withUnsafeTransportIfAvailable(
      of: NIOBSDSocket.Handle.self, { $0 })
    return socket.flatMap { $0 }.flatMap(PeerCredentials.init(ofSocket:))
  }
}
