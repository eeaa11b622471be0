internal import Glibc

/// Finds the process or user that listens on a TCP port, as far as /proc shows it (proc(5)).
///
/// With a host, only listeners that a connection to that address reaches count, or that prevent binding it: those of the
/// same address, and those of all addresses.
package enum PortListener {
  /// For example `ssh (pid 4242)`; nil if the process belongs to another user or the port has no listener.
  package static func find(port: UInt16, host: String? = nil) -> String? {
    let listeners = listeners(port: port, host: host)
    guard !listeners.isEmpty else { return nil }
    let wanted = Set(listeners.map { "socket:[\($0.inode)]" })
    for process in SmallFile.names(in: "/proc") where process.allSatisfy(\.isNumber) {
      for descriptor in SmallFile.names(in: "/proc/\(process)/fd") {
        guard let link = target(of: "/proc/\(process)/fd/\(descriptor)"), wanted.contains(link) else {
          continue
        }
        let name = contents(of: "/proc/\(process)/comm").split(separator: "\n").first ?? "process"
        return "\(name) (pid \(process))"
      }
    }
    return nil
  }

  /// For example `a process of mallory (uid 1001)`, which is visible to every user; nil if the port has no listener.
  package static func owner(port: UInt16, host: String? = nil) -> String? {
    guard let uid = user(port: port, host: host) else { return nil }
    guard let account = UserAccount(uid: uid) else { return "a process of uid \(uid)" }
    return "a process of \(account.name) (uid \(uid))"
  }

  /// The user id of the listener, which is visible to every user.
  package static func user(port: UInt16, host: String? = nil) -> UInt32? {
    listeners(port: port, host: host).compactMap(\.uid).first
  }

  /// True if any process listens on the port.
  package static func isListening(port: UInt16, host: String? = nil) -> Bool {
    !listeners(port: port, host: host).isEmpty
  }

  private static func listeners(port: UInt16, host: String?) -> [(inode: Substring, uid: UInt32?)] {
    // A name that only a resolver knows is compared with no address, so that every listener counts.
    let wanted = host.map(addresses).flatMap { $0.isEmpty ? nil : $0 }
    return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { table in
      contents(of: table).split(separator: "\n").dropFirst().compactMap { line in
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        // local_address is field 1, st field 3 (0A: LISTEN), uid field 7, inode field 9.
        guard fields.count > 9, fields[3] == "0A", let colon = fields[1].firstIndex(of: ":"),
          UInt16(fields[1][fields[1].index(after: colon)...], radix: 16) == port
        else { return nil }
        if let wanted, let local = bytes(inTable: fields[1][..<colon]),
          !wanted.contains(where: { isReached(local, by: $0) })
        {
          return nil
        }
        return (inode: fields[9], uid: UInt32(fields[7]))
      }
    }
  }

  /// The addresses that a host means; none if it is a name other than `localhost`.
  private static func addresses(_ host: String) -> [[UInt8]] {
    let texts = host.lowercased() == "localhost" ? ["127.0.0.1", "::1"] : [host]
    return texts.compactMap { SocketAddress(numericHost: $0, port: 0)?.addressBytes }
  }

  /// An address of the table: 32-bit words in hexadecimal digits, each in the byte order of this machine.
  private static func bytes(inTable text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = text
    while !rest.isEmpty {
      guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
      withUnsafeBytes(of: word) { bytes += $0 }
      rest = rest.dropFirst(8)
    }
    return bytes.count == 4 || bytes.count == 16 ? unmapped(bytes) : nil
  }

  /// The IPv4 address in ::ffff:0:0/96 (RFC 4291 §2.5.5.2).
  private static func unmapped(_ bytes: [UInt8]) -> [UInt8] {
    let prefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
    return bytes.count == 16 && Array(bytes.prefix(12)) == prefix ? Array(bytes.suffix(4)) : bytes
  }

  /// - Parameter local: the address of a listener.
  private static func isReached(_ local: [UInt8], by wanted: [UInt8]) -> Bool {
    let wanted = unmapped(wanted)
    if local == wanted { return true }
    let isEverywhere = local.allSatisfy { $0 == 0 }
    let wantsEverywhere = wanted.allSatisfy { $0 == 0 }
    // A socket of `::` also takes connections to IPv4 addresses, unless IPV6_V6ONLY is set, which the table does not
    // show.
    return (isEverywhere && (local.count == 16 || wanted.count == 4))
      || (wantsEverywhere && (wanted.count == 16 || local.count == 4))
  }

  private static func target(of link: String) -> String? {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let length = readlink(link, base.assumingMemoryBound(to: CChar.self), buffer.count)
      return length > 0 ? String(decoding: buffer.prefix(length), as: UTF8.self) : nil
    }
  }

  private static func contents(of path: String) -> String {
    (try? SmallFile.read(path, limit: 4 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
