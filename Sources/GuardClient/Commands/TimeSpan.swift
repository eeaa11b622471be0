import ArgumentParser
import GuardTerminal

/// A duration in the format of the configuration: `250ms`, `5s`, `10m`, `1h`; also days, `7d`.
struct TimeSpan: ExpressibleByArgument, Hashable, CustomStringConvertible {
  let duration: Duration
  private let text: String

  init(duration: Duration, text: String? = nil) {
    self.duration = duration
    self.text = text ?? "\(duration.components.seconds)s"
  }

  init?(argument: String) {
    guard let duration = Duration(span: argument) else { return nil }
    self.init(duration: duration, text: argument)
  }

  var description: String { text }

  var defaultValueDescription: String { text }
}
