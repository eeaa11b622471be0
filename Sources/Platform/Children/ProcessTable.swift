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

  package static func all() -> [Entry] {
    guard let directory = opendir("/proc") else { return [] }
    defer { closedir(directory) }
    var entries: [Entry] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let pid = Int32(name),
        let bytes = try? SmallFile.read("/proc/\(pid)/cmdline", limit: 256 << 10), !bytes.isEmpty
      else { continue }
      let words = bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      entries.append(Entry(pid: pid, arguments: words.map { String(decoding: $0, as: UTF8.self) }))
    }
    return entries.sorted { $0.pid < $1.pid }
  }
}
