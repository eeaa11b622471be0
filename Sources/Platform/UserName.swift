/// The names of this machine's own users.
package enum UserName {
  /// `alice (uid 1001)`, or `uid 1001` where /etc/passwd does not name it. Other sources of users may have to be asked
  /// over the network, which nobody waits for here.
  package static func described(_ uid: UInt32) -> String {
    let bytes = (try? SmallFile.read("/etc/passwd", limit: 1 << 20)) ?? []
    return described(uid, passwd: String(decoding: bytes, as: UTF8.self))
  }

  /// - Parameter passwd: lines as passwd(5) has them.
  static func described(_ uid: UInt32, passwd: String) -> String {
    for line in passwd.split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count >= 3, UInt32(fields[2]) == uid, !fields[0].isEmpty else { continue }
      return "\(fields[0]) (uid \(uid))"
    }
    return "uid \(uid)"
  }
}
