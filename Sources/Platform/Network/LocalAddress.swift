internal import CLinux
internal import Glibc

/// The addresses of this machine (getifaddrs(3)).
package enum LocalAddress {
  /// - Parameter host: a numeric address without brackets.
  package static func includes(_ host: String) -> Bool {
    // All of 127.0.0.0/8 is this machine, although the interface lists one address only (RFC 1122 section 3.2.1.3).
    host.hasPrefix("127.") || hosts?.contains(host) == true
  }

  /// The addresses of all interfaces, numeric and without brackets; nil if the kernel does not report them.
  static var hosts: [String]? {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return nil }
    defer { freeifaddrs(list) }
    var hosts: [String] = []
    var next = list
    while let entry = next {
      next = entry.pointee.ifa_next
      guard let address = entry.pointee.ifa_addr else { continue }
      let length: Int
      switch Int32(address.pointee.sa_family) {
      case AF_INET: length = MemoryLayout<sockaddr_in>.size
      case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
      default: continue
      }
      hosts.append(SocketAddress(copying: address, length: socklen_t(length)).host)
    }
    return hosts
  }
}
