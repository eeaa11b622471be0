internal import CLinux
internal import Glibc

/// Reduces the memory that the process holds without using it. Thread-safe.
package enum ResidentMemory {
  /// Limits malloc(3) to two arenas, and gives blocks of 1 MiB or more mappings of their own. The default is eight arenas
  /// per core, and each keeps its freed memory; two are enough for threads that rarely allocate at the same time. Without
  /// a fixed threshold, glibc raises it to the size of the largest block that was freed (mallopt(3)), and documents of
  /// several MiB then fragment the arenas. Call it at start-up, before threads exist.
  package static func configureHeap() {
    mallopt(M_ARENA_MAX, 2)
    mallopt(M_MMAP_THRESHOLD, 1 << 20)
  }

  /// Returns freed memory to the system. Call it at the end of work that repeats rarely.
  package static func trim() { malloc_trim(0) }

  /// Releases code pages that only start-up used. Pages that are still needed are read from the page cache again.
  /// Only executable mappings of files that are not writable are released, because the file has the same contents
  /// (madvise(2), MADV_DONTNEED).
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
