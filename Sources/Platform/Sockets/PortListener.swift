internal import Glibc

/// Finds the process or user that listens on a TCP port, as far as /proc shows it (proc(5)).
package enum PortListener {
  /// For example `ssh (pid 4242)`; nil if the process belongs to another user or the port has no listener.
  package static func find(port: UInt16) -> String? {
    let listeners = listeners(port: port)
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
  package static func owner(port: UInt16) -> String? {
    guard let uid = user(port: port) else { return nil }
    guard let account = getpwuid(uid) else { return "a process of uid \(uid)" }
    return "a process of \(String(cString: account.pointee.pw_name)) (uid \(uid))"
  }

  /// The user id of the listener, which is visible to every user.
  package static func user(port: UInt16) -> UInt32? { listeners(port: port).lazy.compactMap(\.uid).first }

  /// True if any process listens on the port.
  package static func isListening(port: UInt16) -> Bool { !listeners(port: port).isEmpty }

  private static func listeners(port: UInt16) -> [(inode: Substring, uid: UInt32?)] {
    let hex = String(port, radix: 16, uppercase: true)
    let suffix = ":" + String(repeating: "0", count: 4 - hex.count) + hex
    return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { table in
      contents(of: table).split(separator: "\n").dropFirst().compactMap { line in
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        // local_address is field 1, st field 3 (0A: LISTEN), uid field 7, inode field 9.
        guard fields.count > 9, fields[1].hasSuffix(suffix), fields[3] == "0A" else { return nil }
        return (inode: fields[9], uid: UInt32(fields[7]))
      }
    }
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
