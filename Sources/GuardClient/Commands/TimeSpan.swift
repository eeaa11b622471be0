import ArgumentParser

/// A duration in the format of the configuration: `250ms`, `5s`, `10m`, `1h`; also days, `7d`.
struct TimeSpan: ExpressibleByArgument, Hashable, CustomStringConvertible {
  let duration: Duration
  private let text: String

  init(duration: Duration, text: String? = nil) {
    self.duration = duration
    self.text = text ?? "\(duration.components.seconds)s"
  }

  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits), digits.count <= 9 else { return nil }
    switch argument.dropFirst(digits.count) {
    case "ms": duration = .milliseconds(count)
    case "s": duration = .seconds(count)
    case "m": duration = .seconds(count * 60)
    case "h": duration = .seconds(count * 3600)
    case "d" where digits.count <= 5: duration = .seconds(count * 86_400)
    default: return nil
    }
    text = argument
  }

  var description: String { text }

  var defaultValueDescription: String { text }
}
