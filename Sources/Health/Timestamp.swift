/// A time in UTC with millisecond resolution: `Time` and `MicroTime` of Kubernetes.
///
/// Health reads no clock: all times are parameters. In documents a time is an RFC 3339 string.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
  public let milliseconds: Int64

  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  public init(seconds: Int64) {
    self.milliseconds = seconds * 1000
  }

  /// The time without its milliseconds, for display.
  public var toTheSecond: Timestamp { Timestamp(seconds: milliseconds / 1000) }

  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

  /// The years that RFC 3339 can represent, 0 to 9999.
  private static let spelled: Range<Int64> = -62_167_219_200_000..<253_402_300_800_000

  /// Limits the result to the years 0 to 9999, because documents cannot represent others.
  public static func + (moment: Timestamp, duration: Duration) -> Timestamp {
    let (sum, isOver) = moment.milliseconds.addingReportingOverflow(duration.inMilliseconds)
    let edge = duration < .zero ? spelled.lowerBound : spelled.upperBound - 1
    return Timestamp(milliseconds: isOver ? edge : min(max(sum, spelled.lowerBound), spelled.upperBound - 1))
  }

  public static func - (moment: Timestamp, duration: Duration) -> Timestamp { moment + (.zero - duration) }

  /// How long after `earlier` this time is; negative if it is before.
  public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
    .milliseconds(later.milliseconds - earlier.milliseconds)
  }
}

extension Duration {
  /// Whole milliseconds, rounded towards zero.
  public var inMilliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }

  /// Seconds with a fraction.
  public var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}

extension Timestamp: CustomStringConvertible {
  /// RFC 3339 §5.7 and appendix C.
  private static func days(in month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Parses RFC 3339 (`2026-01-10T09:59:57.123456Z`, `…+02:00`). Digits after the millisecond are dropped.
  ///
  /// nil for anything else: an invalid time of a server is unknown and never guessed.
  public init?(rfc3339 text: some StringProtocol) {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int64? {
      guard range.upperBound <= bytes.count else { return nil }
      var value: Int64 = 0
      for byte in bytes[range] {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        value = value * 10 + Int64(byte - UInt8(ascii: "0"))
      }
      return value
    }
    func isCharacter(_ index: Int, _ allowed: Unicode.Scalar...) -> Bool {
      index < bytes.count && allowed.contains(Unicode.Scalar(bytes[index]))
    }
    guard bytes.count >= 20, bytes.count <= 40,
      let year = number(0..<4), isCharacter(4, "-"), let month = number(5..<7), isCharacter(7, "-"),
      let day = number(8..<10), isCharacter(10, "T", "t", " "), let hour = number(11..<13),
      isCharacter(13, ":"), let minute = number(14..<16), isCharacter(16, ":"),
      let second = number(17..<19), (1...12).contains(month), day > 0,
      day <= Timestamp.days(in: month, of: year), hour < 24, minute < 60, second <= 60
    else { return nil }
    var index = 19
    var fraction: Int64 = 0
    if isCharacter(index, ".") {
      var scale: Int64 = 100
      index += 1
      let start = index
      while index < bytes.count, let digit = number(index..<index + 1) {
        fraction += digit * scale
        scale /= 10
        index += 1
      }
      guard index > start else { return nil }
    }
    var offset: Int64 = 0
    if isCharacter(index, "Z", "z") {
      index += 1
    } else if isCharacter(index, "+", "-"), let hours = number(index + 1..<index + 3),
      isCharacter(index + 3, ":"), let minutes = number(index + 4..<index + 6)
    {
      offset = (hours * 60 + minutes) * 60_000 * (isCharacter(index, "-") ? -1 : 1)
      index += 6
    } else {
      return nil
    }
    guard index == bytes.count else { return nil }
    let days = Timestamp.daysFromCivil(year: year, month: month, day: day)
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    let milliseconds = seconds * 1000 + fraction - offset
    // The result may be outside of that range because of a time zone or a leap second.
    guard Timestamp.spelled.contains(milliseconds) else { return nil }
    self.init(milliseconds: milliseconds)
  }

  /// RFC 3339 in UTC, with milliseconds only if they are not zero.
  public var description: String {
    let (seconds, fraction) = milliseconds.flooredDivision(by: 1000)
    let (days, ofDay) = seconds.flooredDivision(by: 86_400)
    let (year, month, day) = Timestamp.civilFromDays(days)
    func pad(_ value: Int64, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
    let time = "\(pad(ofDay / 3600, 2)):\(pad(ofDay / 60 % 60, 2)):\(pad(ofDay % 60, 2))"
    return fraction == 0 ? "\(date)T\(time)Z" : "\(date)T\(time).\(pad(fraction, 3))Z"
  }

  // The proleptic Gregorian calendar as days since 1970-01-01, in eras of 400 years that begin on 1 March.
  private static func daysFromCivil(year: Int64, month: Int64, day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = y.flooredDivision(by: 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The date of a day, counted from 1970-01-01.
  static func civilFromDays(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}

extension Int64 {
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

extension Timestamp: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let moment = Timestamp(rfc3339: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 time")
    }
    self = moment
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Duration {
  /// A duration in the format of ages in kubectl (apimachinery's duration.HumanDuration): `47s`, `5m3s`, `3h`, `2d4h`,
  /// `1y20d`.
  public var humanDuration: String {
    let seconds = components.seconds
    if seconds < -1 { return "<invalid>" }
    if seconds < 0 { return "0s" }
    func pair(_ whole: Int64, _ unit: String, _ part: Int64, _ smaller: String) -> String {
      part == 0 ? "\(whole)\(unit)" : "\(whole)\(unit)\(part)\(smaller)"
    }
    let minutes = seconds / 60
    let hours = minutes / 60
    let days = hours / 24
    let years = days / 365
    if seconds < 120 { return "\(seconds)s" }
    if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
    if hours < 3 { return "\(minutes)m" }
    if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
    if hours < 48 { return "\(hours)h" }
    if days < 8 { return pair(days, "d", hours % 24, "h") }
    if years < 2 { return "\(days)d" }
    if years < 8 { return pair(years, "y", days % 365, "d") }
    return "\(years)y"
  }
}
