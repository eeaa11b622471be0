import FoundationEssentials
import GuardAPI

/// The report as one HTML file without network access: the same script and style as the live page, and its document.
///
/// Without scripts, the file shows its tables. With scripts, the page replaces them by the report of the live page.
package enum ReportFile {
  package static func html(_ report: ReportDocument) throws -> String {
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(Markup(stringLiteral: policy))">
      <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
      <title>Oceanid Guard, \(report.range)</title>
      <style>\(literal(PageAsset.style))</style></head><body>
      <header class="top"><h1>Oceanid Guard</h1><p>\(report.range)</p></header>
      <main id="main" tabindex="-1">\(tables(report))</main>
      <footer><p>\(report.writer)</p></footer>
      <script type="application/json" id="report">\(Markup(stringLiteral: try json(report)))</script>
      <script>\(literal(PageAsset.script))</script></body></html>

      """
    return page.html
  }

  private static let policy =
    "default-src 'none'; style-src 'sha256-\(PageHashes.style)'; script-src 'sha256-\(PageHashes.script)'; "
    + "img-src data:; base-uri 'none'; form-action 'none'"

  private static func literal(_ bytes: [UInt8]) -> Markup {
    Markup(stringLiteral: String(decoding: bytes, as: UTF8.self))
  }

  /// JSON in which no text can look like markup: `</script>` would end the element.
  static func json(_ report: some Encodable) throws -> String {
    String(decoding: try DocumentCoding.encode(report), as: UTF8.self)
      .replacing("&", with: "\\u0026").replacing("<", with: "\\u003c").replacing(">", with: "\\u003e")
  }

  private static func tables(_ report: ReportDocument) -> Markup {
    let figures: [Markup] = report.figures.map { "<li><strong>\($0.count)</strong> \($0.words)</li>" }
    let clusters: [Markup] = report.clusters.map { cluster in
      let rows = cluster.strips.map { [$0.subject, $0.uptime, $0.known, $0.downtime] }
      return """
        <section><h2>\(cluster.name)</h2>\(table("Availability", ["Subject", "Uptime", "Known", "Downtime"], rows))</section>

        """
    }
    let roundTrips: [Markup] = report.roundTrips.map {
      "<p>Round-trip time of \($0.cluster): \($0.words)</p>"
    }
    let incidents = report.incidents.map { [$0.began, $0.lasted, $0.cluster, $0.title, $0.cause] }
    let older = report.omittedIncidents
    return """
      <p class="known">Known: \(report.known.words)</p><ul class="figures">\(figures)</ul>
      \(clusters)\(roundTrips)
      <section><h2>Incidents</h2>\(incidents.isEmpty ? "<p>None.</p>" : table("Incidents", ["Began", "Lasted", "Cluster", "Incident", "Cause"], incidents))\
      \(older > 0 ? "<p>\(older) older ones are omitted.</p>" : "" as Markup)</section>
      <section><h2>Events</h2>\(table("Events", report.events.columns, report.events.rows.map { $0.map(\.text) }))</section>
      <section><h2>About this report</h2>\(report.notes.map { "<p>\($0)</p>" as Markup })</section>
      """
  }

  private static func table(_ title: String, _ columns: [String], _ rows: [[String]]) -> Markup {
    let head: [Markup] = columns.map { "<th scope=\"col\">\($0)</th>" }
    let body: [Markup] = rows.map { cells in
      let cells: [Markup] = zip(columns, cells).map { "<td data-label=\"\($0)\">\($1)</td>" }
      return "<tr>\(cells)</tr>\n"
    }
    return """
      <table><caption class="hidden">\(title)</caption><thead><tr>\(head)</tr></thead><tbody>
      \(body)</tbody></table>
      """
  }
}
