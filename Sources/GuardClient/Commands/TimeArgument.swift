import ArgumentParser
import Glibc
import Health

/// A moment in the form that users write: `2h` for two hours ago, a date, or an RFC 3339 time. Without a zone, it is
/// local.
struct TimeArgument: ExpressibleByArgument, Hashable, CustomStringConvertible {
  private enum Meaning: Hashable {
    case ago(Duration)
    case at(Timestamp)
    /// Midnight that many days before today.
    case day(Int)
  }

  private let meaning: Meaning
  let description: String

  static let dayAgo = TimeArgument(ago: .seconds(86_400), description: "24h ago")

  var defaultValueDescription: String { description }

  private init(_ meaning: Meaning, _ description: String) {
    self.meaning = meaning
    self.description = description
  }

  init(ago duration: Duration, description: String) { self.init(.ago(duration), description) }

  init?(argument: String) {
    // journalctl accepts -2h as well.
    let past = argument.hasPrefix("-") ? String(argument.dropFirst()) : argument
    switch argument {
    case "now": self.init(ago: .zero, description: argument)
    case "today": self.init(.day(0), argument)
    case "yesterday": self.init(.day(1), argument)
    default:
      if let span = TimeSpan(argument: past) {
        self.init(ago: span.duration, description: past)
      } else if let moment = Timestamp(rfc3339: argument) ?? TimeArgument.local(argument) {
        self.init(.at(moment), argument)
      } else {
        return nil
      }
    }
  }

  /// The meaning of an option's value.
  static func read(_ argument: String) throws -> TimeArgument {
    guard let time = TimeArgument(argument: argument) else {
      throw ValidationError(
        "a time is 2h, 7d, now, today, yesterday, 2026-03-01, '2026-03-01 04:12' or 2026-03-01T04:12:07Z")
    }
    return time
  }

  /// Refuses the start of a span that would lie in the future.
  func checkStart(now: Timestamp) throws {
    if timestamp(now: now) > now { throw ValidationError("--since \(self) is in the future") }
  }

  /// The span from this moment to now: `last 24h`, `since yesterday`.
  var toNow: String {
    switch meaning {
    case .ago: "last \(description.replacing(" ago", with: ""))"
    case .at, .day: "since \(description)"
    }
  }

  func timestamp(now: Timestamp) -> Timestamp {
    switch meaning {
    case .ago(let duration): return now - duration
    case .at(let moment): return moment
    case .day(let back):
      var seconds = time_t(now.milliseconds / 1000)
      var date = tm()
      localtime_r(&seconds, &date)
      (date.tm_hour, date.tm_min, date.tm_sec, date.tm_isdst) = (0, 0, 0, -1)
      date.tm_mday -= Int32(back)
      return Timestamp(seconds: Int64(mktime(&date)))
    }
  }

  /// `2026-03-01`, `2026-03-01 04:12`, `2026-03-01 04:12:07`, in the local zone.
  private static func local(_ text: String) -> Timestamp? {
    let rest = "0000-00-00 00:00:00".dropFirst(text.count)
    guard [10, 16, 19].contains(text.count), let named = Timestamp(rfc3339: text + rest + "Z") else {
      return nil
    }
    // Interpret the same date and time in the local zone.
    var seconds = time_t(named.milliseconds / 1000)
    var date = tm()
    gmtime_r(&seconds, &date)
    date.tm_isdst = -1
    return Timestamp(seconds: Int64(mktime(&date)))
  }
}
