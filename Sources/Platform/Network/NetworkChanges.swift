internal import CLinux
internal import Glibc

/// Decides which rtnetlink(7) messages report a change that may open a new route to a host, or removed an address.
///
/// It ignores other removals, loopback, link-local and local addresses and routes, the ends of containers' veth pairs,
/// and repeated kernel messages (address lifetimes, link statistics). It skips malformed messages.
package struct NetworkChanges: Sendable {
  package struct Kinds: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let address = Kinds(rawValue: 1)
    package static let route = Kinds(rawValue: 2)
    package static let link = Kinds(rawValue: 4)
    /// The kernel dropped messages, so any change is possible.
    package static let overrun = Kinds(rawValue: 8)
    /// An address was removed. The kernel reports no other end of the connections that were made from it.
    package static let addressRemoved = Kinds(rawValue: 16)
  }

  /// The set is cleared when it is full. A machine with that many addresses gets one superfluous hint.
  private static let limit = 4096

  private var runningLinks: Set<Int32> = []
  private var addresses: Set<[UInt8]> = []

  package init() {}

  /// Parses one datagram. It may contain several messages.
  package mutating func read(_ datagram: UnsafeRawBufferPointer) -> Kinds {
    var kinds: Kinds = []
    var rest = datagram[...]
    let size = MemoryLayout<nlmsghdr>.size
    while rest.count >= size {
      let header = UnsafeRawBufferPointer(rebasing: rest).loadUnaligned(as: nlmsghdr.self)
      let length = Int(header.nlmsg_len)
      guard length >= size, length <= rest.count else { break }
      let body = UnsafeRawBufferPointer(rebasing: rest.prefix(length).dropFirst(size))
      switch Int32(header.nlmsg_type) {
      case Int32(RTM_NEWADDR): if isChange(address: body) { kinds.insert(.address) }
      case Int32(RTM_DELADDR): if remove(address: body) { kinds.insert(.addressRemoved) }
      case Int32(RTM_NEWROUTE): if NetworkChanges.isChange(route: body) { kinds.insert(.route) }
      case Int32(RTM_NEWLINK): if isChange(link: body) { kinds.insert(.link) }
      case Int32(RTM_DELLINK): remove(link: body)
      case NLMSG_OVERRUN: kinds.insert(.overrun)
      default: break
      }
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return kinds
  }

  // MARK: - Addresses

  private mutating func isChange(address body: UnsafeRawBufferPointer) -> Bool {
    guard let (key, message) = NetworkChanges.key(ofAddress: body) else { return false }
    // A tentative address is not usable yet. A second message follows when it is (RFC 4862 §5.4).
    let tentative = UInt8(IFA_F_TENTATIVE)
    guard message.ifa_scope < RT_SCOPE_LINK.rawValue, message.ifa_flags & tentative == 0 else { return false }
    if addresses.count >= NetworkChanges.limit { addresses.removeAll() }
    return addresses.insert(key).inserted
  }

  /// - Returns: false if the message is malformed.
  private mutating func remove(address body: UnsafeRawBufferPointer) -> Bool {
    guard let (key, _) = NetworkChanges.key(ofAddress: body) else { return false }
    addresses.remove(key)
    return true
  }

  /// The key is the interface index followed by the address.
  private static func key(ofAddress body: UnsafeRawBufferPointer) -> ([UInt8], ifaddrmsg)? {
    let size = MemoryLayout<ifaddrmsg>.size
    guard body.count >= size else { return nil }
    let message = body.loadUnaligned(as: ifaddrmsg.self)
    let attributes = Attributes(UnsafeRawBufferPointer(rebasing: body.dropFirst(size)))
    guard let address = attributes.first(IFA_LOCAL) ?? attributes.first(IFA_ADDRESS) else { return nil }
    return (withUnsafeBytes(of: message.ifa_index) { Array($0) } + Array(address), message)
  }

  // MARK: - Routes

  private static func isChange(route body: UnsafeRawBufferPointer) -> Bool {
    let size = MemoryLayout<rtmsg>.size
    guard body.count >= size else { return false }
    let message = body.loadUnaligned(as: rtmsg.self)
    guard Int32(message.rtm_type) == Int32(RTN_UNICAST), message.rtm_flags & UInt32(RTM_F_CLONED) == 0 else {
      return false
    }
    let destination = Attributes(UnsafeRawBufferPointer(rebasing: body.dropFirst(size))).first(RTA_DST)
    // The kernel adds an fe80::/10 route for every interface (RFC 4291 §2.5.6).
    if Int32(message.rtm_family) == AF_INET6, let destination, destination.count == 16 {
      return !(destination[0] == 0xfe && destination[1] & 0xc0 == 0x80)
    }
    return true
  }

  // MARK: - Links

  private mutating func isChange(link body: UnsafeRawBufferPointer) -> Bool {
    let size = MemoryLayout<ifinfomsg>.size
    guard body.count >= size else { return false }
    let message = body.loadUnaligned(as: ifinfomsg.self)
    let running = UInt32(IFF_UP | IFF_RUNNING)
    guard message.ifi_flags & running == running else {
      runningLinks.remove(message.ifi_index)
      return false
    }
    let attributes = Attributes(UnsafeRawBufferPointer(rebasing: body.dropFirst(size)))
    guard message.ifi_flags & UInt32(IFF_LOOPBACK) == 0, attributes.kindOfLink != "veth" else { return false }
    if runningLinks.count >= NetworkChanges.limit { runningLinks.removeAll() }
    return runningLinks.insert(message.ifi_index).inserted
  }

  private mutating func remove(link body: UnsafeRawBufferPointer) {
    guard body.count >= MemoryLayout<ifinfomsg>.size else { return }
    runningLinks.remove(body.loadUnaligned(as: ifinfomsg.self).ifi_index)
  }
}

/// The attributes of a message (rtnetlink(7), struct rtattr). Iteration ends at the first malformed attribute.
private struct Attributes {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  func first(_ type: some BinaryInteger) -> UnsafeRawBufferPointer? {
    let size = MemoryLayout<rtattr>.size
    var rest = bytes[...]
    while rest.count >= size {
      let attribute = UnsafeRawBufferPointer(rebasing: rest).loadUnaligned(as: rtattr.self)
      let length = Int(attribute.rta_len)
      guard length >= size, length <= rest.count else { return nil }
      // The upper two bits are flags (NLA_F_NESTED, NLA_F_NET_BYTEORDER).
      if UInt32(attribute.rta_type & 0x3fff) == UInt32(type) {
        return UnsafeRawBufferPointer(rebasing: rest.prefix(length).dropFirst(size))
      }
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return nil
  }

  var kindOfLink: String? {
    first(IFLA_LINKINFO).flatMap { Attributes($0).first(IFLA_INFO_KIND) }.map {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  func first(_ type: rtattr_type_t) -> UnsafeRawBufferPointer? { first(type.rawValue) }
}
