internal import CLinux
internal import Glibc

/// An IPv4, IPv6 or Unix address that a stream socket can bind or connect to.
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
  /// The C `sockaddr`, with exactly the length that the kernel expects.
  private let bytes: [UInt8]
  package let description: String

  private init(bytes: [UInt8], description: String) {
    self.bytes = bytes
    self.description = description
  }

  /// A numeric IPv4 or IPv6 address; nil if `host` is neither.
  package init?(numericHost host: String, port: UInt16) {
    guard let address = try? SocketAddress.resolve(host: host, port: port, numericOnly: true).first else {
      return nil
    }
    self = address
  }

  /// A name in the abstract namespace (unix(7)). It has no file and disappears with its last descriptor.
  package init?(abstractName name: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = [0] + Array(name.utf8)
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    guard path.count <= MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    var bytes = withUnsafeBytes(of: &address) { Array($0.prefix(offset)) }
    bytes += path
    self.init(bytes: bytes, description: "@\(name)")
  }

  /// A path in the file system; nil if it is too long for `sun_path`.
  package init?(path: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8) + [0]
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    guard name.count <= MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    self.init(bytes: withUnsafeBytes(of: &address) { Array($0.prefix(offset)) } + name, description: path)
  }

  /// The address families that a lookup can request.
  package enum InternetFamily: Sendable {
    case inet, inet6
  }

  package var family: Int32 { withSockaddr { address, _ in Int32(address.pointee.sa_family) } }

  /// The path of a Unix socket; nil for other addresses and for Unix sockets without a file.
  package var path: String? { family == AF_UNIX && !description.hasPrefix("@") ? description : nil }

  /// The numeric host without brackets; empty for Unix addresses.
  package var host: String {
    guard let colon = description.lastIndex(of: ":"), !description.hasPrefix("@") else { return "" }
    return String(description[..<colon]).filter { $0 != "[" && $0 != "]" }
  }

  /// The IPv4 address, or the /64 of an IPv6 address, which usually belongs to one machine; empty for Unix addresses.
  package var network: String {
    guard family == AF_INET6, bytes.count >= 16, mappedIPv4 == nil else {
      return mappedIPv4.map { $0.map(String.init).joined(separator: ".") } ?? host
    }
    let groups = stride(from: 8, to: 16, by: 2).map {
      String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
    }
    return "\(groups.joined(separator: ":"))::/64"
  }

  /// The 4 or 16 bytes of an internet address; nil for Unix addresses.
  var addressBytes: [UInt8]? {
    switch family {
    case AF_INET where bytes.count >= 8: Array(bytes[4..<8])
    case AF_INET6 where bytes.count >= 24: Array(bytes[8..<24])
    default: nil
    }
  }

  package var isInternet: Bool { family == AF_INET || family == AF_INET6 }

  /// True for 127.0.0.0/8 and ::1 (RFC 6890).
  package var isLoopback: Bool {
    switch family {
    case AF_INET: bytes.count >= 8 && bytes[4] == 127
    case AF_INET6:
      if let mappedIPv4 {
        mappedIPv4.first == 127
      } else {
        bytes.dropFirst(8).prefix(16) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
      }
    default: false
    }
  }

  /// The IPv4 address inside ::ffff:0:0/96 (RFC 4291 §2.5.5.2), as a dual-stack socket reports an IPv4 peer.
  private var mappedIPv4: [UInt8]? {
    guard family == AF_INET6, bytes.count >= 24, bytes[8..<18].allSatisfy({ $0 == 0 }), bytes[18] == 0xff,
      bytes[19] == 0xff
    else { return nil }
    return Array(bytes[20..<24])
  }

  /// The port; 0 for Unix addresses.
  package var port: UInt16 {
    guard let colon = description.lastIndex(of: ":") else { return 0 }
    return UInt16(description[description.index(after: colon)...]) ?? 0
  }

  func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var storage = sockaddr_storage()
    return withUnsafeMutableBytes(of: &storage) { room in
      room.copyBytes(from: bytes)
      guard let base = room.baseAddress else { preconditionFailure("sockaddr_storage has a size") }
      return body(UnsafeRawPointer(base).assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }

  /// Resolves `host` (getaddrinfo(3)). Blocks until the resolver answers.
  ///
  /// - Parameter family: nil selects the families that this machine has an address of.
  /// - Throws: `ResolveError` with the resolver's message.
  package static func resolve(
    host: String, port: UInt16, family: InternetFamily? = nil, numericOnly: Bool = false
  ) throws(ResolveError) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    switch family {
    case .inet: hints.ai_family = AF_INET
    case .inet6: hints.ai_family = AF_INET6
    case nil: if !numericOnly { hints.ai_flags |= AI_ADDRCONFIG }
    }
    if numericOnly { hints.ai_flags |= AI_NUMERICHOST }
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0 else {
      throw ResolveError(host: host, reason: String(cString: gai_strerror(code)))
    }
    defer { freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = list
    while let entry = next {
      if let address = entry.pointee.ai_addr {
        addresses.append(SocketAddress(copying: address, length: entry.pointee.ai_addrlen))
      }
      next = entry.pointee.ai_next
    }
    return addresses
  }

  init(copying address: UnsafePointer<sockaddr>, length: socklen_t) {
    let bytes = Array(UnsafeRawBufferPointer(start: address, count: Int(length)))
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let flags = NI_NUMERICHOST | NI_NUMERICSERV
    guard Int32(address.pointee.sa_family) != AF_UNIX,
      getnameinfo(
        address, length, &host, socklen_t(host.count), &service, socklen_t(service.count), flags) == 0
    else {
      self.init(bytes: bytes, description: "@")
      return
    }
    let name = host.withUnsafeBufferPointer { String(decodingCString: $0.baseAddress, fallback: "") }
    let port = service.withUnsafeBufferPointer { String(decodingCString: $0.baseAddress, fallback: "0") }
    self.init(bytes: bytes, description: name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)")
  }
}

/// A name that could not be resolved, with the resolver's message.
package struct ResolveError: Error, Hashable, CustomStringConvertible {
  package let host: String
  package let reason: String
  package var description: String { "\(host): \(reason)" }
}

extension String {
  fileprivate init(decodingCString pointer: UnsafePointer<CChar>?, fallback: String) {
    if let pointer { self.init(cString: pointer) } else { self = fallback }
  }
}

extension SocketAddress {
  /// The address that a socket is bound to (getsockname(2)).
  package init?(boundTo descriptor: borrowing Descriptor) { self.init(boundToRaw: descriptor.raw) }

  /// The address that a borrowed raw descriptor is bound to.
  package init?(boundToRaw raw: Int32) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let address = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        getsockname(raw, address, &length) == 0 ? SocketAddress(copying: address, length: length) : nil
      }
    }
    guard let address else { return nil }
    self = address
  }
}
