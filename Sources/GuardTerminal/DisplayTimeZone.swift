import Glibc
package import Health

/// The time zone of displayed times: the local zone, or UTC with `--utc`.
package enum DisplayTimeZone: Sendable {
  case local, utc

  /// Applies to a whole command. JSON output always uses UTC.
  @TaskLocal package static var current: DisplayTimeZone = .utc

  /// For example `2026-03-01` and `04:12:07Z`. Local times have no suffix, as in journalctl.
  package func words(_ moment: Timestamp) -> (day: String, time: String) {
    switch self {
    case .utc:
      let text = moment.toTheSecond.description
      return (String(text.prefix(10)), String(text.dropFirst(11)))
    case .local:
      var seconds = time_t(moment.toTheSecond.milliseconds / 1000)
      var date = tm()
      localtime_r(&seconds, &date)
      func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
      return (
        "\(date.tm_year + 1900)-\(two(date.tm_mon + 1))-\(two(date.tm_mday))",
        "\(two(date.tm_hour)):\(two(date.tm_min)):\(two(date.tm_sec))"
      )
    }
  }
}
