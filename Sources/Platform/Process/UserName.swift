/// Names of local users.
package enum UserName {
  /// For example `alice (uid 1001)`, or `uid 1001` if /etc/passwd does not list the user. Other user databases may
  /// need the network, which would block the caller.
  package static func described(_ uid: UInt32) -> String {
    let bytes = (try? SmallFile.read("/etc/passwd", limit: 1 << 20)) ?? []
    return described(uid, passwd: String(decoding: bytes, as: UTF8.self))
  }

  /// - Parameter passwd: lines in passwd(5) format.
  static func described(_ uid: UInt32, passwd: String) -> String {
    for line in passwd.split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count >= 3, UInt32(fields[2]) == uid, !fields[0].isEmpty else { continue }
      return "\(fields[0]) (uid \(uid))"
    }
    return "uid \(uid)"
  }
}
