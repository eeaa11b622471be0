internal import Glibc

/// The processes of this machine, as far as /proc shows them to this user (proc(5)).
package enum ProcessTable {
  package struct Entry: Hashable, Sendable {
    package let pid: Int32
    /// The program followed by its arguments.
    package let arguments: [String]

    package init(pid: Int32, arguments: [String]) {
      self.pid = pid
      self.arguments = arguments
    }

    /// The program's name without its folder.
    package var program: String { arguments.first?.split(separator: "/").last.map(String.init) ?? "" }
  }

  /// The processes that a process started, those that they started, and so on.
  static func descendants(of pid: Int32) -> Set<Int32> {
    let pairs = ids().compactMap { child in parent(of: child).map { (child, $0) } }
    var found: Set<Int32> = [pid]
    var count = 0
    while found.count > count {
      count = found.count
      for (child, parent) in pairs where found.contains(parent) { found.insert(child) }
    }
    return found.subtracting([pid])
  }

  /// The fourth field of /proc/PID/stat. The second is a name in parentheses, which may contain any character.
  private static func parent(of pid: Int32) -> Int32? {
    guard let bytes = try? SmallFile.read("/proc/\(pid)/stat", limit: 4096) else { return nil }
    let fields = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ")
    return fields?.dropFirst().first.flatMap { Int32($0) }
  }

  private static func ids() -> [Int32] { SmallFile.names(in: "/proc").compactMap { Int32($0) } }

  package static func all() -> [Entry] {
    var entries: [Entry] = []
    for pid in ids() {
      guard let bytes = try? SmallFile.read("/proc/\(pid)/cmdline", limit: 256 << 10), !bytes.isEmpty else {
        continue
      }
      let words = bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      entries.append(Entry(pid: pid, arguments: words.map { String(decoding: $0, as: UTF8.self) }))
    }
    return entries.sorted { $0.pid < $1.pid }
  }
}
