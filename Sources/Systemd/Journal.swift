internal import CLibSystemd
internal import Glibc

/// Writes to the journal's native socket (sd_journal_sendv(3)). Thread-safe.
package enum Journal {
  /// Sends one entry to journald. Without journald, libsystemd drops the entry and reports success, so check
  /// `isConnected(to:)` first.
  package static func send(_ entry: JournalEntry) throws(SystemdError) {
    var bytes: [UInt8] = []
    var ranges: [Range<Int>] = []
    for field in entry.fields {
      let start = bytes.count
      bytes.append(contentsOf: field.name.utf8)
      bytes.append(UInt8(ascii: "="))
      bytes.append(contentsOf: field.value.utf8)
      ranges.append(start..<bytes.count)
    }
    let result = bytes.withUnsafeMutableBytes { buffer in
      let pieces = ranges.map { range in
        iovec(iov_base: buffer.baseAddress.map { $0 + range.lowerBound }, iov_len: range.count)
      }
      return sd_journal_sendv(pieces, Int32(pieces.count))
    }
    guard result >= 0 else {
      throw SystemdError(
        operation: "sd_journal_sendv", code: -result, detail: "journald did not accept the entry")
    }
  }

  /// True if `descriptor` (2: standard error) is the stream that the service manager connected to the journal.
  /// `JOURNAL_STREAM` contains its device and inode (systemd.exec(5)).
  package static func isConnected(to descriptor: Int32 = STDERR_FILENO) -> Bool {
    guard let stream = getenv("JOURNAL_STREAM") else { return false }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    return names(String(cString: stream), device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }

  static func names(_ stream: String, device: UInt64, inode: UInt64) -> Bool {
    let parts = stream.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return false }
    return UInt64(parts[0]) == device && UInt64(parts[1]) == inode
  }
}
