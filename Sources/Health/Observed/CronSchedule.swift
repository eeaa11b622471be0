/// The schedule of a CronJob: the five fields of cron, or a word such as `@daily` (robfig/cron v3, ParseStandard).
struct CronSchedule {
  /// One bit for each permitted value.
  fileprivate struct Field {
    var bits: UInt64 = 0
    /// True for `*` without a step: with it, only the other field of the day counts.
    var isAny = false

    func contains(_ value: Int64) -> Bool { bits & (1 << UInt64(value)) != 0 }
  }

  private var minutes = Field()
  private var hours = Field()
  private var days = Field()
  private var months = Field()
  private var weekdays = Field()
  /// `@every 90m`
  private var interval: Duration?
  /// The zone in the schedule itself, `TZ=Europe/Paris 0 3 * * *`.
  private var zone: String?

  /// - Returns: nil for a text that the controller rejects.
  init?(_ text: String) {
    var words = text.prefix(256).split(whereSeparator: \.isWhitespace).map(String.init)
    if let first = words.first, let name = ["TZ=", "CRON_TZ="].first(where: first.hasPrefix) {
      zone = String(first.dropFirst(name.utf8.count))
      words.removeFirst()
    }
    if words.first == "@every" {
      guard words.count == 2, let interval = CronSchedule.interval(words[1]) else { return nil }
      self.interval = interval
      return
    }
    if words.count == 1, let fields = CronSchedule.descriptors[words[0]] {
      words = fields.split(separator: " ").map(String.init)
    }
    guard words.count == 5,
      let minutes = Field(words[0], 0...59), let hours = Field(words[1], 0...23),
      let days = Field(words[2], 1...31), let months = Field(words[3], 1...12, CronSchedule.monthNames),
      let weekdays = Field(words[4], 0...6, CronSchedule.dayNames)
    else { return nil }
    (self.minutes, self.hours, self.days) = (minutes, hours, days)
    (self.months, self.weekdays) = (months, weekdays)
  }

  private static let descriptors = [
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
  ]
  private static let monthNames = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]
  private static let dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

  /// `1h30m`, at least a second.
  private static func interval(_ text: String) -> Duration? {
    var sum: Int64 = 0
    var number: Int64?
    for character in text {
      // Numerals of other scripts are no digits here.
      if character.isASCII, let digit = character.wholeNumberValue {
        guard (number ?? 0) < 1_000_000 else { return nil }
        number = (number ?? 0) * 10 + Int64(digit)
      } else {
        let seconds: [Character: Int64] = ["h": 3600, "m": 60, "s": 1]
        guard let count = number, let unit = seconds[character] else { return nil }
        sum += count * unit
        number = nil
      }
    }
    return number == nil && sum > 0 ? .seconds(sum) : nil
  }

  // MARK: Times

  /// The latest time at which the schedule is due next after `time`.
  ///
  /// The rules have no database of time zones. In UTC the result is exact. Otherwise it is the latest of all zones,
  /// with an hour more for the change to or from summer time, unless the zone makes no difference.
  ///
  /// - Parameters:
  ///   - limit: nothing is computed for zones if the schedule is due later than this in UTC.
  ///   - zone: `spec.timeZone`; without one the controller uses the zone of its machine.
  /// - Returns: nil if it is not due within five years, or if it is due after `limit`.
  func due(after time: Timestamp, before limit: Timestamp? = nil, zone: String?) -> Timestamp? {
    // The dates below count from 1970, also in zones that are 12 hours behind UTC.
    let time = max(time, Timestamp(seconds: 86_400))
    let due = due(after: time, limit, zone)
    return due.flatMap { due in limit.map { due < $0 } ?? true ? due : nil }
  }

  private func due(after time: Timestamp, _ limit: Timestamp?, _ zone: String?) -> Timestamp? {
    if let interval { return time + interval }
    let name = self.zone ?? zone
    if let name, ["UTC", "Etc/UTC", "Etc/GMT", "GMT", "Etc/Zulu"].contains(name) {
      return next(after: time, ahead: .zero)
    }
    // UTC is one of the zones, so the result is not earlier.
    if let limit, let inUTC = next(after: time, ahead: .zero), inUTC >= limit { return nil }
    var times: [Timestamp] = []
    for half in -24...28 as ClosedRange<Int64> {
      guard let next = next(after: time, ahead: .seconds(half * 1800)) else { return nil }
      times.append(next)
    }
    guard let first = times.min(), let last = times.max() else { return nil }
    return first == last ? last : last + .seconds(3600)
  }

  /// - Parameter ahead: how far the clocks of the zone are ahead of UTC.
  private func next(after time: Timestamp, ahead: Duration) -> Timestamp? {
    let minute: Int64 = 60
    let local = time + ahead
    let first = (local.milliseconds / 60_000 + 1) * minute
    var day = first / 86_400
    var start = first % 86_400 / minute
    for _ in 0..<(366 * 5) {
      if isDay(day) {
        for of in start..<1440 where hours.contains(of / 60) && minutes.contains(of % 60) {
          return Timestamp(seconds: day * 86_400 + of * minute) - ahead
        }
      }
      day += 1
      start = 0
    }
    return nil
  }

  private func isDay(_ day: Int64) -> Bool {
    let (_, month, ofMonth) = Timestamp.civilFromDays(day)
    guard months.contains(month) else { return false }
    // 1970-01-01 was a Thursday.
    let (isOfMonth, isOfWeek) = (days.contains(ofMonth), weekdays.contains((day + 4) % 7))
    return days.isAny || weekdays.isAny ? isOfMonth && isOfWeek : isOfMonth || isOfWeek
  }
}

extension CronSchedule.Field {
  /// A list of values, ranges and steps, for example `*/5`, `1-5`, `mon,wed`.
  fileprivate init?(_ text: String, _ range: ClosedRange<Int>, _ names: [String] = []) {
    func value(_ word: Substring) -> Int? {
      if let index = names.firstIndex(of: word.lowercased()) { return index + range.lowerBound }
      guard word.utf8.count <= 2, word.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let number = Int(word), range.contains(number)
      else { return nil }
      return number
    }
    self.init()
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "/", omittingEmptySubsequences: false)
      guard halves.count <= 2, let base = halves.first else { return nil }
      let step = halves.count == 2 ? Int(halves[1]) ?? 0 : 1
      guard step > 0 else { return nil }
      let ends = base.split(separator: "-", omittingEmptySubsequences: false)
      let values: ClosedRange<Int>
      if base == "*" || base == "?" {
        values = range
        if step == 1 { isAny = true }
      } else if ends.count == 2, let low = value(ends[0]), let high = value(ends[1]), low <= high {
        values = low...high
      } else if ends.count == 1, let low = value(ends[0]) {
        values = low...(halves.count == 2 ? range.upperBound : low)
      } else {
        return nil
      }
      for value in stride(from: values.lowerBound, through: values.upperBound, by: step) {
        bits |= 1 << UInt64(value)
      }
    }
  }
}
