internal import Health

// Durations in the configuration: `250ms`, `5s`, `10m`, `1h`.

extension Duration {
  private static var units: [(suffix: String, milliseconds: Int64)] {
    [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
  }

  /// Reads one whole number and one unit; nil for anything else.
  init?(configuration text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    // Nine digits of hours fit in an Int64.
    guard (1...9).contains(digits.count), let number = Int64(digits),
      let unit = Duration.units.first(where: { $0.suffix == text.dropFirst(digits.count) })
    else { return nil }
    self = .milliseconds(number * unit.milliseconds)
  }

  /// The text in the largest unit without a remainder, so that reading it returns the same value.
  var configurationText: String {
    let milliseconds = inMilliseconds
    guard milliseconds != 0 else { return "0s" }
    for unit in Duration.units.reversed() where milliseconds % unit.milliseconds == 0 {
      return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
    }
    return "\(milliseconds)ms"
  }
}
