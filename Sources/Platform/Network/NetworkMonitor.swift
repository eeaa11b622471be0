internal import CLinux
internal import Glibc

/// Subscribes to the kernel's link, address and route changes (rtnetlink(7)).
///
/// It costs nothing while nothing changes and needs no permission except AF_NETLINK. Use it from one thread or queue.
package struct NetworkMonitor: ~Copyable, Sendable {
  private let descriptor: Descriptor
  private var changes = NetworkChanges()

  package init() throws(SystemError) {
    self.descriptor = try NetworkMonitor.subscribe()
  }

  private static func subscribe() throws(SystemError) -> Descriptor {
    let type = Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let raw = socket(AF_NETLINK, type, Int32(NETLINK_ROUTE))
    guard raw >= 0 else { throw .last("socket AF_NETLINK") }
    let descriptor = Descriptor(owning: raw)
    var address = sockaddr_nl()
    address.nl_family = sa_family_t(AF_NETLINK)
    address.nl_groups = UInt32(
      RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(raw, $0, socklen_t(MemoryLayout<sockaddr_nl>.size))
      }
    }
    guard bound == 0 else { throw .last("bind AF_NETLINK") }
    return descriptor
  }

  package var raw: Int32 { descriptor.raw }

  /// Reads the pending messages, at most 64 datagrams. The descriptor stays readable while more are pending.
  package mutating func collect() -> NetworkChanges.Kinds {
    withUnsafeTemporaryAllocation(byteCount: 32 << 10, alignment: 8) { buffer in
      var kinds: NetworkChanges.Kinds = []
      for _ in 0..<64 {
        var sender = sockaddr_nl()
        var length = socklen_t(MemoryLayout<sockaddr_nl>.size)
        let count = withUnsafeMutablePointer(to: &sender) { pointer in
          pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            recvfrom(descriptor.raw, buffer.baseAddress, buffer.count, Int32(MSG_TRUNC), $0, &length)
          }
        }
        if count < 0 {
          if errno == EINTR { continue }
          // ENOBUFS: the socket's buffer overflowed. Messages were lost, and the next read continues after them.
          guard errno == ENOBUFS else { return kinds }
          kinds.insert(.overrun)
          continue
        }
        // Other processes can send to this socket, so only messages from the kernel (pid 0) count (netlink(7)).
        guard sender.nl_pid == 0 else { continue }
        guard count <= buffer.count else {
          kinds.insert(.overrun)
          continue
        }
        kinds.formUnion(changes.read(UnsafeRawBufferPointer(rebasing: buffer.prefix(count))))
      }
      return kinds
    }
  }
}
