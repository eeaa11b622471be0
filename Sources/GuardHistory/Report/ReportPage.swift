package import GuardAPI
import GuardTerminal
package import Health
import IncidentTracking

/// The report as one self-contained HTML page, without scripts, fonts, images or network access.
package enum ReportPage {
  private static let mostIncidents = 500

  package static func html(_ facts: ReportFacts, roundTrips: RoundTripsDocument?, now: Timestamp) -> String {
    let clusters = facts.strips.map(\.cluster).reduce(into: [String]()) { names, name in
      if names.last != name { names.append(name) }
    }
    let plots = (roundTrips?.clusters ?? []).compactMap { cluster in
      RoundTripPlot(
        cluster: cluster, slot: .seconds(roundTrips?.slotSeconds ?? 300), from: facts.from, to: facts.to
      ).figure
    }
    let range = "\(facts.from.day) \(facts.from.time) to \(facts.to.day) \(facts.to.time)"
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
      <title>Oceanid Guard, \(range)</title>
      <style>\(Markup(stringLiteral: style))</style></head><body><main>
      <header><h1>Oceanid Guard</h1><p>\(range)</p></header>
      \(headline(facts, now))\
      \(clusters.map { section($0, facts) })\
      \(plots.isEmpty ? "" : "<section><h2>Round-trip time</h2>\(plots)</section>" as Markup)\
      \(incidents(facts, now))\(counts(facts))\
      <footer>\(facts.notes.map { "<p>\($0)</p>" as Markup })<p>Written by oceanid-ctl \(Product.version) at \
      \(now.day) \(now.time)\(Zone.shown == .utc ? "" : " (local time)").</p></footer>
      </main></body></html>

      """
    return page.html
  }

  /// If the report does not end now, the state at its end is not the current state.
  private static func ongoing(_ facts: ReportFacts, _ now: Timestamp) -> String {
    facts.to < now ? "ongoing at \(facts.to.day) \(facts.to.time)" : "ongoing"
  }

  private static func headline(_ facts: ReportFacts, _ now: Timestamp) -> Markup {
    let lasting = facts.incidents.count(where: \.lasts)
    let byHand = facts.counts.first { $0.event == "break_glass" }?.count ?? 0
    let figures: [(Int, String)] = [
      (facts.incidents.count, facts.incidents.count == 1 ? "incident" : "incidents"),
      (lasting, ongoing(facts, now)),
      (facts.reconnects, facts.reconnects == 1 ? "reconnect" : "reconnects"),
      (byHand, byHand == 1 ? "manual change" : "manual changes"),
    ]
    let items: [Markup] = figures.map { "<li><strong>\($0.0)</strong> \($0.1)</li>" }
    return "<ul class=\"headline\">\(items)</ul>\n"
  }

  private static func section(_ cluster: String, _ facts: ReportFacts) -> Markup {
    let rows = facts.strips.filter { $0.cluster == cluster }.map { StripDrawing(strip: $0).row }
    return """
      <section><h2>\(cluster)</h2><table class="strips"><thead><tr><th scope="col">Subject</th><th scope="col">\
      \(facts.from.day) \(facts.from.time) <span class="until">\(facts.to.day) \(facts.to.time)</span></th>\
      <th scope="col" class="figure">Uptime</th><th scope="col" class="figure">Downtime</th></tr></thead>
      <tbody>\(rows)</tbody></table>
      <p class="legend"><span class="well"></span> up <span class="trouble"></span> down \
      <span class="unknown"></span> unknown: the guard or the tunnel was down</p></section>

      """
  }

  private static func incidents(_ facts: ReportFacts, _ now: Timestamp) -> Markup {
    guard !facts.incidents.isEmpty else { return "<section><h2>Incidents</h2><p>None.</p></section>\n" }
    let rows: [Markup] = facts.incidents.prefix(mostIncidents).map { episode in
      let begin = episode.beganEarlier ? "before" : "\(episode.begin.day) \(episode.begin.time)"
      let known = episode.beganEarlier ? nil : episode.length(atLast: facts.to).exact
      let until = episode.until.map { "until \($0.day) \($0.time)" }
      let length =
        episode.lasts
        ? [known, ongoing(facts, now)].compactMap(\.self).joined(separator: ", ") : known ?? until ?? ""
      let causes = episode.reasons + (episode.attempts > 0 ? [episode.attempts.of("attempt")] : [])
      return """
        <tr\(episode.lasts ? " class=\"lasts\"" : "" as Markup)><td>\(begin)</td><td>\(length)\
        \(episode.isCutOff ? ", the guard was restarted" : "")</td><td>\(episode.first.cluster)</td>\
        <td>\(episode.title)</td><td>\(causes.joined(separator: ", "))</td></tr>

        """
    }
    let more = facts.incidents.count - rows.count
    return """
      <section><h2>Incidents</h2><div class="wide"><table class="incidents"><thead><tr><th scope="col">Began</th>\
      <th scope="col">Lasted</th><th scope="col">Cluster</th><th scope="col">Incident</th><th scope="col">Cause</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>\(more > 0 ? "<p>\(more) older ones are omitted.</p>" : "" as Markup)</section>

      """
  }

  private static func counts(_ facts: ReportFacts) -> Markup {
    guard !facts.counts.isEmpty else { return "" }
    let rows: [Markup] = facts.counts.map {
      "<tr><td>\($0.event)</td><td class=\"figure\">\($0.count)</td></tr>\n"
    }
    return """
      <section><h2>Events</h2><table class="counts"><thead><tr><th scope="col">Event</th>\
      <th scope="col" class="figure">Count</th></tr></thead><tbody>\(rows)</tbody></table></section>

      """
  }

  private static let style = """

    :root{color-scheme:light dark;--page:#fbfbfa;--ink:#1c1d1f;--soft:#62666c;--line:#dcdcd8;--well:#3a9d6a;--trouble:#cf3f35;--unknown:#c9c9c4;--mean:#2466b8;--range:#a9c6ea}
    @media(prefers-color-scheme:dark){:root{--page:#16181b;--ink:#e6e6e3;--soft:#9a9ea5;--line:#33373c;--well:#3fae77;--trouble:#ef6257;--unknown:#4a4e54;--mean:#7db2f2;--range:#34557d}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
    main{max-width:64rem;margin:0 auto;padding:2rem 1.25rem 3rem}
    header p,footer,figcaption,.legend{color:var(--soft)}
    h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2.5rem 0 .75rem}
    header p{margin:.25rem 0 0}
    .headline{display:flex;flex-wrap:wrap;gap:.5rem 2.5rem;list-style:none;margin:1.5rem 0 0;padding:0}
    .headline strong{font-size:1.5rem;font-weight:600;font-variant-numeric:tabular-nums}
    table{border-collapse:collapse;width:100%}
    th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
    thead th{color:var(--soft);font-weight:400;font-size:.85rem}
    tbody th{font-weight:400}
    .figure{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;padding-right:0;padding-left:.75rem}
    .strips tbody th{width:24%}.strips .strip{width:50%}
    .strip svg{display:block;width:100%;height:1.15rem;border-radius:3px}
    .until{float:right}
    rect.well,.legend .well{fill:var(--well);background:var(--well)}
    rect.trouble,.legend .trouble{fill:var(--trouble);background:var(--trouble)}
    rect.unknown,.legend .unknown{fill:var(--unknown);background:var(--unknown)}
    .legend{font-size:.85rem}.legend span{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-left:.75em}
    .legend span:first-child{margin-left:0}
    figure{margin:0 0 1.5rem}.plot{display:block;width:100%;height:auto;overflow:visible}
    .plot text{fill:var(--soft);font-size:11px}.grid{stroke:var(--line)}
    .range{stroke:var(--range);stroke-width:3;fill:none}.mean{stroke:var(--mean);stroke-width:1.5;fill:none;stroke-linecap:round}
    .wide{overflow-x:auto}.incidents td:first-child,.incidents td:nth-child(2){white-space:nowrap}
    .incidents tr.lasts td{color:var(--trouble)}
    .counts{width:auto;min-width:18rem}
    footer{margin-top:3rem;font-size:.85rem}footer p{margin:.2rem 0}
    @media(max-width:40rem){.strips tbody th{width:auto}.strips tr{display:grid;grid-template-columns:1fr auto auto}.strips td.strip{grid-column:1/-1;grid-row:2;width:auto;padding-right:0}.strips thead{display:none}.strips th,.strips td{border:0;padding-bottom:.1rem}.incidents thead{display:none}.incidents tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}.incidents td{display:inline;border:0;padding:0 .5rem 0 0}.incidents td:nth-child(4){display:block}.plot text{font-size:24px}}
    @media print{main{max-width:none;padding:0}section{break-inside:avoid}}

    """
}
