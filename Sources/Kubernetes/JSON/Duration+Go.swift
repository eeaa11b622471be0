extension Duration {
  /// Parses the format of Go's `time.ParseDuration`: `10m0s`, `1.5h`, `500ms`, `1h30m`; nil for anything else. There
  /// is no unit for days.
  init?(go text: String) {
    var rest = Substring(text)
    var isNegative = false
    if let sign = rest.first, sign == "-" || sign == "+" {
      isNegative = sign == "-"
      rest.removeFirst()
    }
    if rest == "0" {
      self = .zero
      return
    }
    guard !rest.isEmpty, rest.utf8.count <= 64 else { return nil }
    var seconds = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      guard let value = Double(digits), digits != "." else { return nil }
      rest = rest[digits.endIndex...]
      let unit = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
      rest = rest[unit.endIndex...]
      let scale: Double
      switch unit {
      case "ns": scale = 1e-9
      // Micro sign U+00B5 and Greek mu U+03BC, as in Go's unitMap.
      case "us", "\u{b5}s", "\u{3bc}s": scale = 1e-6
      case "ms": scale = 1e-3
      case "s": scale = 1
      case "m": scale = 60
      case "h": scale = 3600
      default: return nil
      }
      seconds += value * scale
    }
    // Go's durations are limited to 2^63 nanoseconds.
    guard seconds < 9.2e9 else { return nil }
    self = .nanoseconds(Int64((isNegative ? -seconds : seconds) * 1e9))
  }
}
