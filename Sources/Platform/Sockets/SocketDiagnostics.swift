internal import CLinux
internal import Glibc

/// Finds the user who owns the other end of a local TCP connection (sock_diag(7)).
///
/// Each lookup asks the kernel about one exact socket and returns its answer synchronously. It also works where
/// /proc/net is hidden. Use it from one thread.
package final class SocketDiagnostics {
  /// The kernel's facts about the other end of a connection.
  package enum Peer: Equatable, Sendable {
    /// The user who created the socket.
    case user(UInt32)
    /// No process has the socket any more.
    case closed
    /// The kernel did not answer.
    case unknown
  }

  private let netlink: Descriptor

  /// - Throws: `SystemError` if the kernel or a sandbox does not allow the netlink socket.
  package init() throws(SystemError) {
    let raw = socket(
      AF_NETLINK, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
      NETLINK_SOCK_DIAG)
    guard raw >= 0 else { throw .last("socket") }
    self.netlink = Descriptor(owning: raw)
  }

  /// Looks up the socket at the other end of a TCP connection. One on another machine or in another network namespace
  /// counts as closed.
  package func peer(of connection: borrowing Descriptor) -> Peer {
    guard let request = SocketRequest(ofPeerOf: connection.raw) else { return .unknown }
    // Discard the unread replies to an earlier query.
    drain()
    let sent = request.withBytes { netlink.send($0) }
    guard sent == .moved(SocketRequest.size) else { return .unknown }
    return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { room in
      guard case .moved(let count) = netlink.read(into: room) else { return .unknown }
      return SocketRequest.peer(in: UnsafeRawBufferPointer(rebasing: room[..<count]))
    }
  }

  /// The backlog that listen(2) set on a Unix socket, which no socket option reports; nil if the kernel does not answer.
  package func backlog(ofListener raw: Int32) -> Int32? {
    guard let request = BacklogRequest(of: raw) else { return nil }
    drain()
    guard request.withBytes({ netlink.send($0) }) == .moved(BacklogRequest.size) else { return nil }
    return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { room in
      guard case .moved(let count) = netlink.read(into: room) else { return nil }
      return BacklogRequest.backlog(in: UnsafeRawBufferPointer(rebasing: room[..<count]))
    }
  }

  private func drain() {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { room in
      while case .moved = netlink.read(into: room) {}
    }
  }
}

/// A SOCK_DIAG_BY_FAMILY request for one socket (linux/inet_diag.h).
private struct SocketRequest {
  private struct Message {
    var header = nlmsghdr()
    var request = inet_diag_req_v2()
  }

  static let size = MemoryLayout<Message>.size
  /// TCP_LISTEN in include/net/tcp_states.h.
  private static let listening: UInt8 = 10

  private var message = Message()

  /// Requests the socket whose local end is the peer of `raw` and whose remote end is the local end of `raw`.
  init?(ofPeerOf raw: Int32) {
    guard let peer = Endpoint(of: raw, getpeername), let own = Endpoint(of: raw, getsockname),
      peer.family == own.family
    else { return nil }
    message.header.nlmsg_len = UInt32(SocketRequest.size)
    message.header.nlmsg_type = UInt16(SOCK_DIAG_BY_FAMILY)
    message.header.nlmsg_flags = UInt16(NLM_F_REQUEST)
    message.request.sdiag_family = UInt8(peer.family)
    message.request.sdiag_protocol = UInt8(IPPROTO_TCP)
    message.request.idiag_states = .max
    message.request.id.idiag_sport = peer.port
    message.request.id.idiag_dport = own.port
    message.request.id.idiag_if = peer.interface
    withUnsafeMutableBytes(of: &message.request.id.idiag_src) { $0.copyBytes(from: peer.address) }
    withUnsafeMutableBytes(of: &message.request.id.idiag_dst) { $0.copyBytes(from: own.address) }
    // INET_DIAG_NOCOOKIE: match any socket with these ends.
    message.request.id.idiag_cookie = (.max, .max)
  }

  func withBytes<Outcome>(_ body: (UnsafeRawBufferPointer) -> Outcome) -> Outcome {
    withUnsafeBytes(of: message, body)
  }

  static func peer(in answer: UnsafeRawBufferPointer) -> SocketDiagnostics.Peer {
    let start = MemoryLayout<nlmsghdr>.size
    guard answer.count >= start else { return .unknown }
    switch Int32(answer.loadUnaligned(as: nlmsghdr.self).nlmsg_type) {
    case SOCK_DIAG_BY_FAMILY:
      guard answer.count >= start + MemoryLayout<inet_diag_msg>.size else { return .unknown }
      let socket = answer.loadUnaligned(fromByteOffset: start, as: inet_diag_msg.self)
      // A socket that its owner has closed has no inode and reports uid 0. If the peer's socket is not found, the
      // kernel may return a listener on the same port.
      guard socket.idiag_inode != 0, socket.idiag_state != listening else { return .closed }
      return .user(socket.idiag_uid)
    case NLMSG_ERROR:
      guard answer.count >= start + MemoryLayout<nlmsgerr>.size else { return .unknown }
      let failure = answer.loadUnaligned(fromByteOffset: start, as: nlmsgerr.self)
      return failure.error == -ENOENT ? .closed : .unknown
    case _: return .unknown
    }
  }
}

/// A SOCK_DIAG_BY_FAMILY request for one Unix socket (linux/unix_diag.h).
private struct BacklogRequest {
  private struct Message {
    var header = nlmsghdr()
    var request = unix_diag_req()
  }

  static let size = MemoryLayout<Message>.size

  private var message = Message()

  init?(of raw: Int32) {
    var status = stat()
    guard fstat(raw, &status) == 0 else { return nil }
    message.header.nlmsg_len = UInt32(BacklogRequest.size)
    message.header.nlmsg_type = UInt16(SOCK_DIAG_BY_FAMILY)
    message.header.nlmsg_flags = UInt16(NLM_F_REQUEST)
    message.request.sdiag_family = UInt8(AF_UNIX)
    message.request.udiag_states = .max
    message.request.udiag_ino = UInt32(truncatingIfNeeded: status.st_ino)
    message.request.udiag_show = UInt32(UDIAG_SHOW_RQLEN)
    // Any socket with this inode, as INET_DIAG_NOCOOKIE.
    message.request.udiag_cookie = (.max, .max)
  }

  func withBytes<Outcome>(_ body: (UnsafeRawBufferPointer) -> Outcome) -> Outcome {
    withUnsafeBytes(of: message, body)
  }

  static func backlog(in answer: UnsafeRawBufferPointer) -> Int32? {
    let start = MemoryLayout<nlmsghdr>.size
    guard answer.count >= start,
      Int32(answer.loadUnaligned(as: nlmsghdr.self).nlmsg_type) == SOCK_DIAG_BY_FAMILY
    else { return nil }
    // The attributes: length and kind, 16 bits each, then the value, padded to 4 bytes (netlink(7)).
    var place = start + MemoryLayout<unix_diag_msg>.size
    while place + 4 <= answer.count {
      let length = Int(answer.loadUnaligned(fromByteOffset: place, as: UInt16.self))
      let kind = answer.loadUnaligned(fromByteOffset: place + 2, as: UInt16.self)
      guard length >= 4, place + length <= answer.count else { return nil }
      if kind == UInt16(UNIX_DIAG_RQLEN), length >= 4 + MemoryLayout<unix_diag_rqlen>.size {
        // For a listener, the kernel reports its backlog as the length of the write queue.
        let queue = answer.loadUnaligned(fromByteOffset: place + 4, as: unix_diag_rqlen.self)
        return Int32(clamping: queue.udiag_wqueue)
      }
      place += (length + 3) & ~3
    }
    return nil
  }
}

/// One end of a TCP connection, in network byte order.
private struct Endpoint {
  let family: Int32
  let port: UInt16
  let address: [UInt8]
  /// The interface index, set for link-local addresses.
  let interface: UInt32

  init?(
    of raw: Int32, _ name: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let code = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name(raw, $0, &length) }
    }
    guard code == 0 else { return nil }
    family = Int32(storage.ss_family)
    switch family {
    case AF_INET:
      let inet = withUnsafeBytes(of: storage) { $0.load(as: sockaddr_in.self) }
      port = inet.sin_port
      address = withUnsafeBytes(of: inet.sin_addr) { Array($0) }
      interface = 0
    case AF_INET6:
      let inet = withUnsafeBytes(of: storage) { $0.load(as: sockaddr_in6.self) }
      port = inet.sin6_port
      address = withUnsafeBytes(of: inet.sin6_addr) { Array($0) }
      interface = inet.sin6_scope_id
    default: return nil
    }
  }
}
