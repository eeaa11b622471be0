internal import Glibc

/// A time of the demo's clock, with the formats of both APIs.
struct PipelineTime: Hashable, Comparable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  let milliseconds: Int64

  static var now: PipelineTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return PipelineTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  static func < (a: PipelineTime, b: PipelineTime) -> Bool { a.milliseconds < b.milliseconds }

  func advanced(seconds: Int) -> PipelineTime {
    PipelineTime(milliseconds: milliseconds + Int64(seconds) * 1000)
  }

  func advanced(by duration: Duration) -> PipelineTime {
    let (seconds, attoseconds) = duration.components
    return PipelineTime(milliseconds: milliseconds + seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }

  /// Seconds since 1970-01-01T00:00:00Z: Pulumi's updates and agent pools, GitHub's `x-ratelimit-reset`.
  var epoch: Int { Int(milliseconds / 1000) }

  /// GitHub's format: `2026-01-10T09:59:57Z`.
  var iso: String { formatted("%Y-%m-%dT%H:%M:%SZ") }

  /// Pulumi's format for jobs and steps: RFC 3339 with nine digits.
  var nanoseconds: String { formatted("%Y-%m-%dT%H:%M:%S.") + fraction + "000000Z" }

  /// Pulumi's format for deployments, in UTC without a zone: `2023-09-19 05:49:43.002`.
  var withoutZone: String { formatted("%Y-%m-%d %H:%M:%S.") + fraction }

  /// `github-authentication-token-expiration`: `2026-06-03 19:52:44 UTC`.
  var withZoneName: String { formatted("%Y-%m-%d %H:%M:%S UTC") }

  /// The Date header (RFC 9110 §5.6.7).
  var httpDate: String { formatted("%a, %d %b %Y %H:%M:%S GMT") }

  private var fraction: String {
    let digits = String(milliseconds % 1000)
    return String(repeating: "0", count: 3 - digits.utf8.count) + digits
  }

  private func formatted(_ format: String) -> String {
    var seconds = time_t(milliseconds / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      let count = strftime(buffer.baseAddress, buffer.count, format, &parts)
      return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }
}
