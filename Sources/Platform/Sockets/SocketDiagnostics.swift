internal import CLinux
internal import Glibc

/// Asks the kernel whose the other end of a TCP connection is, where that end is on this machine (sock_diag(7)).
///
/// One exact question for each connection, answered before the question returns. It works where /proc/net is hidden.
/// Belongs to one thread.
package final class SocketDiagnostics {
  private let netlink: Descriptor

  /// - Throws: `SystemError` where the kernel or a sandbox has no such socket.
  package init() throws(SystemError) {
    let raw = socket(
      AF_NETLINK, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
      NETLINK_SOCK_DIAG)
    guard raw >= 0 else { throw .last("socket") }
    self.netlink = Descriptor(owning: raw)
  }

  /// The user who made the socket at the other end; nil: it is on another machine or in another network namespace, or
  /// its owner has closed it.
  package func owner(ofPeerOf connection: borrowing Descriptor) -> UInt32? {
    guard let request = SocketQuestion(ofPeerOf: connection.raw) else { return nil }
    // What a question before left unread is no answer to this one.
    drain()
    let sent = request.withBytes { netlink.send($0) }
    guard sent == .moved(SocketQuestion.size) else { return nil }
    return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { room in
      guard case .moved(let count) = netlink.read(into: room) else { return nil }
      return SocketQuestion.owner(in: UnsafeRawBufferPointer(rebasing: room[..<count]))
    }
  }

  private func drain() {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { room in
      while case .moved = netlink.read(into: room) {}
    }
  }
}

/// A SOCK_DIAG_BY_FAMILY message that asks for one socket (linux/inet_diag.h).
private struct SocketQuestion {
  private struct Message {
    var header = nlmsghdr()
    var request = inet_diag_req_v2()
  }

  static let size = MemoryLayout<Message>.size
  /// include/net/tcp_states.h
  private static let listening: UInt8 = 10

  private var message = Message()

  /// The socket whose local end is the peer of `raw`, and whose far end is `raw`'s own.
  init?(ofPeerOf raw: Int32) {
    guard let peer = Endpoint(of: raw, getpeername), let own = Endpoint(of: raw, getsockname),
      peer.family == own.family
    else { return nil }
    message.header.nlmsg_len = UInt32(SocketQuestion.size)
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
    // INET_DIAG_NOCOOKIE: whatever socket has these ends.
    message.request.id.idiag_cookie = (.max, .max)
  }

  func withBytes<Outcome>(_ body: (UnsafeRawBufferPointer) -> Outcome) -> Outcome {
    withUnsafeBytes(of: message, body)
  }

  static func owner(in answer: UnsafeRawBufferPointer) -> UInt32? {
    let start = MemoryLayout<nlmsghdr>.size
    guard answer.count >= start + MemoryLayout<inet_diag_msg>.size,
      answer.loadUnaligned(as: nlmsghdr.self).nlmsg_type == UInt16(SOCK_DIAG_BY_FAMILY)
    else { return nil }
    let socket = answer.loadUnaligned(fromByteOffset: start, as: inet_diag_msg.self)
    // A socket that its owner has closed has no inode, and is root's by its number. One that listens on the peer's
    // port is found where the peer itself is not.
    guard socket.idiag_inode != 0, socket.idiag_state != listening else { return nil }
    return socket.idiag_uid
  }
}

/// One end of a TCP connection, in network byte order.
private struct Endpoint {
  let family: Int32
  let port: UInt16
  let address: [UInt8]
  /// For a link-local address.
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
