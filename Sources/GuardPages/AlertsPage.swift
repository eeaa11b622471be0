package import GuardAPI
package import GuardTerminal
import Health

/// `oceanid-ctl alerts`: the channels, and the failures of those that do not deliver.
package enum AlertsPage {
  package static func page(_ document: AlertsDocument, _ terminal: Terminal) -> Page {
    var page = channels(document, terminal)
    if let state = document.stateFailure {
      page.gap()
      let since = state.since.map { " (since \($0.since(terminal.now)))" } ?? ""
      page += terminal.wrapped(Span("\(state.failure)\(since)", .warning))
      page += terminal.wrapped(Span("  \(state.remedy)"))
    }
    return page
  }

  static let noChannel = "No alert channel is configured, so no alerts are sent."

  private static func channels(_ document: AlertsDocument, _ terminal: Terminal) -> Page {
    var page = Page()
    guard !document.channels.isEmpty else {
      page += Line(Span(noChannel, .warning))
      page += Line(Span("To configure one: man oceanid-guard.yaml, section 'alerts:'", .faint))
      return page
    }
    var table = Table(columns: ["CHANNEL", "TYPE", "STATE", "DELIVERED", "FAILED", "DROPPED", "WAITING"])
    table.minor = [1, 3]
    for channel in document.channels {
      table.rows.append(
        Table.Row(cells: [
          Span(channel.name), Span(channel.means), state(channel), Span("\(channel.delivered)"),
          Span("\(channel.failed)"), Span("\(channel.dropped)", channel.dropped > 0 ? .warning : .plain),
          Span("\(channel.waiting)"),
        ]))
    }
    page += table.lines(width: terminal.width)
    for channel in document.channels {
      guard let failure = channel.failure else { continue }
      page.gap()
      let since = channel.failingSince.map { " since \($0.since(terminal.now))" } ?? ""
      page += terminal.wrapped(Span("\(channel.name) is failing\(since): \(failure)", .warning))
      if let remedy = channel.remedy { page += terminal.wrapped(Span("  \(remedy)")) }
    }
    return page
  }

  private static func state(_ channel: AlertsDocument.Channel) -> Span {
    if channel.failure != nil { return Span("failing", .warning) }
    return channel.delivered > 0 ? Span("delivering", .good) : Span("not used yet")
  }
}
