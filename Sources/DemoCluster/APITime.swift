internal import Glibc

/// A time of the cluster's clock, with the three formats that the API uses.
package struct APITime: Hashable, Comparable, Sendable {
  /// Microseconds since 1970-01-01T00:00:00Z.
  package let microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static var now: APITime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return APITime(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  package static func < (a: APITime, b: APITime) -> Bool { a.microseconds < b.microseconds }

  package func advanced(seconds: Int) -> APITime {
    APITime(microseconds: microseconds + Int64(seconds) * 1_000_000)
  }

  package func seconds(since earlier: APITime) -> Int {
    Int((microseconds - earlier.microseconds) / 1_000_000)
  }

  /// metav1.Time, for example `2026-01-10T09:59:57Z`.
  package var time: String { formatted("%Y-%m-%dT%H:%M:%SZ") }

  /// metav1.MicroTime, for example `2026-01-10T09:59:57.123456Z`.
  package var microTime: String {
    let fraction = String(microseconds % 1_000_000)
    let padded = String(repeating: "0", count: max(0, 6 - fraction.utf8.count)) + fraction
    return formatted("%Y-%m-%dT%H:%M:%S.") + padded + "Z"
  }

  /// The Date header (RFC 9110 §5.6.7), for example `Sat, 10 Jan 2026 09:59:57 GMT`.
  package var httpDate: String { formatted("%a, %d %b %Y %H:%M:%S GMT") }

  private func formatted(_ format: String) -> String {
    var seconds = time_t(microseconds / 1_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      let count = strftime(buffer.baseAddress, buffer.count, format, &parts)
      return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }
}
