import GuardTypes
import Health

/// A piece of HTML. Text is always escaped, so that names from a cluster cannot contain markup.
struct Markup: ExpressibleByStringInterpolation, Hashable {
  private(set) var html: String

  /// Literal parts are markup; interpolated values are text.
  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var html = ""

    init(literalCapacity: Int, interpolationCount: Int) { html.reserveCapacity(literalCapacity * 2) }

    mutating func appendLiteral(_ literal: String) { html += literal }

    mutating func appendInterpolation(_ text: String) { html += text.singleLine.xmlEscaped }
    mutating func appendInterpolation(_ number: Int) { html += "\(number)" }
    mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
    mutating func appendInterpolation(_ parts: [Markup]) { for part in parts { html += part.html } }
  }

  init(stringLiteral literal: String) { html = literal }

  init(stringInterpolation: StringInterpolation) { html = stringInterpolation.html }
}
