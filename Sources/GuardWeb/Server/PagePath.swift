/// The paths that the server answers. Paths are compared as they were sent, so that no encoding leads to another one.
enum PagePath: Hashable, Sendable {
  case page, style, script
  /// The stream of documents.
  case events
  case incidents
  case report(ReportSpan)

  init(_ head: RequestHead) throws(Refusal) {
    switch head.path {
    case "/report.json":
      guard let span = head.parameter("span").flatMap({ ReportSpan(rawValue: String($0)) }) else {
        throw .query
      }
      self = .report(span)
      return
    case "/": self = .page
    case "/page.css": self = .style
    case "/page.js": self = .script
    case "/events": self = .events
    case "/incidents.json": self = .incidents
    default: throw .notFound
    }
    guard head.query == nil else { throw .query }
  }
}

/// The lengths of time that the page offers for its report.
package enum ReportSpan: String, CaseIterable, Hashable, Sendable {
  case day = "24h"
  case week = "7d"
  case month = "30d"

  package var duration: Duration {
    switch self {
    case .day: .seconds(86_400)
    case .week: .seconds(7 * 86_400)
    case .month: .seconds(30 * 86_400)
    }
  }
}
