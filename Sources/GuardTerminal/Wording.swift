package import GuardTypes
package import Health

extension Duration {
  /// An age in `kubectl`'s format. Times from another clock that are slightly in the future count as now.
  package var asAge: String { max(.zero, self).humanDuration }

  /// For example `3 min 2 s`, exact to the second; below one second `87 ms`.
  package var exact: String {
    let milliseconds = max(.zero, self).inMilliseconds
    guard milliseconds >= 1000 else { return "\(milliseconds) ms" }
    let seconds = milliseconds / 1000
    let parts = [
      (seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s"),
    ]
    return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
  }
}

extension Duration {
  /// Parses a time in the format of the configuration: `250ms`, `5s`, `10m`, `1h`; also days, `7d`.
  package init?(span text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits), digits.count <= 9 else { return nil }
    switch text.dropFirst(digits.count) {
    case "ms": self = .milliseconds(count)
    case "s": self = .seconds(count)
    case "m": self = .seconds(count * 60)
    case "h": self = .seconds(count * 3600)
    case "d" where digits.count <= 5: self = .seconds(count * 86_400)
    default: return nil
    }
  }
}

extension Timestamp {
  /// For example `04:12:07Z`, with the date if it is not the day of `now`.
  package func clock(at now: Timestamp) -> String {
    let (day, time) = DisplayTimeZone.current.words(self)
    return day == DisplayTimeZone.current.words(now).day ? time : "\(day) \(time)"
  }

  /// For example `2026-03-01`.
  package var day: String { DisplayTimeZone.current.words(self).day }
  /// For example `04:12:07Z`.
  package var time: String { DisplayTimeZone.current.words(self).time }

  /// For example `04:12:07Z (12m)`.
  package func since(_ now: Timestamp) -> String {
    "\(clock(at: now)) (\((now - self).asAge))"
  }

  /// The length until `end`, computed from the displayed times, so that both agree to the second.
  package func length(until end: Timestamp) -> Duration {
    let length = max(.zero, end - self)
    return length < .seconds(1) ? length : .seconds(end.milliseconds / 1000 - milliseconds / 1000)
  }

  /// For example `12m ago`, `in 12s` or `now`.
  package func relative(to now: Timestamp) -> String {
    let distance = now - self
    if distance >= .seconds(1) { return "\(distance.asAge) ago" }
    if distance <= .seconds(-1) { return "in \((self - now).asAge)" }
    return "now"
  }
}

extension String {
  /// Returns an empty text if this is the age of an object's data and the page shows one age for all objects.
  package func withAge(_ isWanted: Bool) -> String { !isWanted && hasPrefix("last seen at ") ? "" : self }

  /// Shortens digests and commits of 40 to 128 hex digits to 8 digits, as `flux get` does.
  package var withShortHashes: String {
    var text = ""
    var word = ""
    func flush() {
      let isHash =
        (40...128).contains(word.utf8.count) && word.allSatisfy { $0.isHexDigit && !$0.isUppercase }
      text += isHash ? String(word.prefix(8)) : word
      word = ""
    }
    for character in self {
      if character.isLetter || character.isNumber || character == "_" {
        word.append(character)
      } else {
        flush()
        text.append(character)
      }
    }
    flush()
    return text
  }
}

extension Int64 {
  /// For example `1.2 MiB`.
  package var asBytes: String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
    var value = Double(Swift.max(0, self))
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0
      ? "\(self) B"
      : "\(value < 10 ? "\(value.rounded(toPlaces: 1))" : "\(Int(value.rounded()))") \(units[unit])"
  }
}

extension Int64? {
  /// For example `1.2 MiB/s`; `-` if unknown.
  package var asRate: String { map { "\($0.asBytes)/s" } ?? "-" }
}

extension Double {
  package func rounded(toPlaces places: Int) -> Double {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    return (self * scale).rounded() / scale
  }

  /// For example `41 ms` or `0.4 ms`.
  package var asMilliseconds: String {
    self < 10 ? "\(rounded(toPlaces: 1)) ms" : "\(Int(min(self, 1e9).rounded())) ms"
  }
}

extension Int {
  /// For example `1 warning` or `2 warnings`.
  package func of(_ noun: String, plural: String? = nil) -> String {
    "\(self) \(self == 1 ? noun : plural ?? noun + "s")"
  }
}

extension Verdict {
  package var style: Style {
    switch self {
    case .healthy: .good
    case .degraded, .unknown: .warning
    case .critical: .bad
    }
  }
}

extension Verdict {
  /// True if it is known to be bad; false if it is good or unknown.
  package var isWrong: Bool { self == .critical || self == .degraded }
}

extension [Verdict] {
  /// True if all values are from the past and their current state is unknown.
  package var areUnknown: Bool { !isEmpty && allSatisfy { $0 == .unknown } }
}

extension Problem.Severity {
  package var style: Style { self == .critical ? .bad : .warning }
}
