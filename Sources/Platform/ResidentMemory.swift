internal import CLinux
internal import Glibc

/// What the process keeps in memory without using it. Callable from any thread.
package enum ResidentMemory {
  /// malloc(3) gives up to eight arenas a core to threads, and each keeps what it once held. Two are enough for
  /// threads that seldom allocate at the same time. For the start, before there are threads.
  package static func limitArenas() { mallopt(M_ARENA_MAX, 2) }

  /// Gives freed memory back to the system: for the end of work that comes again much later.
  package static func trim() { malloc_trim(0) }

  /// Lets go of the pages of code that start-up has read and nothing has used since; those that are used come back
  /// from the page cache with their next use. Only mappings of files that are executable and not writable: they
  /// hold nothing that the file does not (madvise(2), MADV_DONTNEED).
  package static func releaseCode() {
    for range in codeRanges(in: mappings()) {
      guard let start = UnsafeMutableRawPointer(bitPattern: range.lowerBound) else { continue }
      _ = madvise(start, Int(range.upperBound - range.lowerBound), MADV_DONTNEED)
    }
  }

  /// The address ranges of lines such as `55d0-55f0 r-xp 00002000 fd:00 1234  /usr/bin/x` (proc(5), maps).
  static func codeRanges(in maps: String) -> [Range<UInt>] {
    maps.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
      guard fields.count == 6, fields[1] == "r-xp", fields[5].drop(while: { $0 == " " }).hasPrefix("/") else {
        return nil
      }
      let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      guard ends.count == 2, ends[0] > 0, ends[0] < ends[1] else { return nil }
      return ends[0]..<ends[1]
    }
  }

  private static func mappings() -> String {
    let descriptor = open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return String(decoding: text, as: UTF8.self) }
      text += chunk[..<count]
    }
  }
}
