import Glibc
import Health

/// In which zone exact times are shown: this machine's, or UTC with `--utc`. Its own times everybody reads without
/// counting; those of others are compared in UTC.
enum Zone: Sendable {
  case local, utc

  /// One decides for a whole command. What is written for others (JSON) is UTC always.
  @TaskLocal static var shown: Zone = .utc

  /// `2026-03-01` and `04:12:07Z`; of the local zone without a letter, as journalctl shows it.
  func words(_ moment: Timestamp) -> (day: String, time: String) {
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
