internal import Glibc

/// The system resources that this process uses (proc(5)).
package struct ProcessUse: Hashable, Sendable {
  package let residentBytes: Int
  package let openDescriptors: Int
  package let maxDescriptors: Int
  package let threads: Int
  package let cpuSeconds: Double
  /// Seconds since 1970.
  package let startedAt: Double

  /// nil if /proc cannot be read.
  package static func current() -> ProcessUse? {
    guard let stat = text("/proc/self/stat"), let uptime = text("/proc/uptime")?.split(separator: " ").first,
      let upSeconds = Double(uptime), let descriptors = count("/proc/self/fd")
    else { return nil }
    return ProcessUse(
      stat: stat, upSeconds: upSeconds, now: Double(WallClock.milliseconds) / 1000,
      ticks: Double(sysconf(Int32(_SC_CLK_TCK))), page: sysconf(Int32(_SC_PAGESIZE)),
      openDescriptors: descriptors,
      maxDescriptors: descriptorLimit)
  }

  /// - Parameter stat: the contents of /proc/self/stat. The program name in it may contain spaces and parentheses.
  init?(
    stat: String, upSeconds: Double, now: Double, ticks: Double, page: Int, openDescriptors: Int,
    maxDescriptors: Int
  ) {
    guard let end = stat.lastIndex(of: ")") else { return nil }
    // Field 3 is the first one after the program name.
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
      let threads = Int(fields[17]), let start = Double(fields[19]), let pages = Int(fields[21])
    else { return nil }
    residentBytes = pages * page
    self.openDescriptors = openDescriptors
    self.maxDescriptors = maxDescriptors
    self.threads = threads
    cpuSeconds = (user + system) / ticks
    startedAt = now - upSeconds + start / ticks
  }

  private static var descriptorLimit: Int {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(clamping: limit.rlim_cur)
  }

  private static func text(_ path: String) -> String? {
    (try? SmallFile.read(path, limit: 16 << 10)).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func count(_ folder: String) -> Int? {
    guard let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var count = 0
    while let entry = readdir(directory) {
      if entry.pointee.d_name.0 != UInt8(ascii: ".") { count += 1 }
    }
    // opendir(3) itself uses one descriptor.
    return count - 1
  }
}
