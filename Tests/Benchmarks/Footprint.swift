import Foundation

/// The resources of a process from /proc (proc(5)).
struct Footprint {
  let residentKiB: Int
  let threads: Int
  let descriptors: Int
  /// User and system time, in ticks of 10 ms.
  let ticks: Int
  /// Voluntary context switches of all threads, which approximate wake-ups.
  let wakeUps: Int

  init(pid: Int32) throws {
    let folder = "/proc/\(pid)"
    let status = try String(contentsOfFile: "\(folder)/status", encoding: .utf8)
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/task")
    residentKiB = Self.number("VmRSS:", in: status)
    threads = tasks.count
    descriptors = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/fd").count
    wakeUps = tasks.reduce(0) { sum, task in
      let text = try? String(contentsOfFile: "\(folder)/task/\(task)/status", encoding: .utf8)
      return sum + Self.number("voluntary_ctxt_switches:", in: text ?? "")
    }
    // The name in parentheses may contain spaces; utime and stime are the 12th and 13th fields after it.
    let stat = try String(contentsOfFile: "\(folder)/stat", encoding: .utf8)
    let fields = (stat.split(separator: ")").last ?? "").split(separator: " ")
    ticks = fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
  }

  private static func number(_ key: String, in text: String) -> Int {
    let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
  }
}
