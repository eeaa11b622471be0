import GuardAPI
import GuardTerminal
import Health

/// `oceanid-ctl alerts`: the channels, and what is wrong with those that don't deliver.
enum AlertsPage {
  static func page(_ document: AlertsDocument, _ terminal: Terminal) -> Page {
    var page = channels(document, terminal)
    if let state = document.stateFailure {
      page.gap()
      let since = state.since.map { " (since \($0.since(terminal.now)))" } ?? ""
      page += terminal.wrapped(Span("\(state.failure)\(since)", .warning))
      page += terminal.wrapped(Span("  \(state.remedy)"))
    }
    return page
  }

  private static func channels(_ document: AlertsDocument, _ terminal: Terminal) -> Page {
    var page = Page()
    guard !document.channels.isEmpty else {
      page += Line(Span("No alert channel is configured: nobody is told of anything.", .warning))
      page += Line(Span("How to: man oceanid-guard.yaml, under 'alerts:'", .faint))
      return page
    }
    var table = Table(columns: ["CHANNEL", "MEANS", "STATE", "DELIVERED", "FAILED", "DROPPED", "WAITING"])
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
      page += terminal.wrapped(Span("\(channel.name) does not deliver\(since): \(failure)", .warning))
      if let remedy = channel.remedy { page += terminal.wrapped(Span("  \(remedy)")) }
    }
    return page
  }

  private static func state(_ channel: AlertsDocument.Channel) -> Span {
    if channel.failure != nil { return Span("failing", .warning) }
    return channel.delivered > 0 ? Span("delivers", .good) : Span("not used yet")
  }
}
