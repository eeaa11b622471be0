import GuardAPI
import Health

/// `oceanid-ctl flux`: the columns of `flux get all -A`.
enum FluxPage {
  static func page(_ status: StatusDocument, _ terminal: Terminal) -> Page {
    SectionPage.page(.flux, status, terminal) { cluster in
      let flux = cluster.flux
      if flux.objects.isEmpty {
        return [Line(Span(flux.installed == false ? "Flux is not installed." : "No Flux objects seen."))]
      }
      return table(flux).lines(width: terminal.width)
    }
  }

  static func table(_ flux: FluxDocument) -> Table {
    var table = Table(columns: ["NAMESPACE", "NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE"])
    table.endsInProse = true
    table.names = 2
    table.elastic = 2
    for object in flux.objects {
      let style: Style = object.verdict == .healthy ? .plain : object.verdict.style
      let isChart = object.kind == "HelmChart" || object.kind == "HelmRelease"
      let message = Span(isChart ? object.shownMessage : object.shownMessage.withShortHashes, style)
      table.rows.append(
        Table.Row(
          cells: [
            Span(object.namespace), Span("\(object.kind.lowercased())/\(object.name)"),
            Span(isChart ? object.revision ?? "" : (object.revision ?? "").withShortHashes),
            Span(object.suspended ? "True" : "False"), Span((object.ready ?? .isFalse).rawValue, style),
            message,
          ], tellsAll: object.verdict.isWrong))
    }
    return table
  }
}

extension FluxObjectDocument {
  fileprivate var shownMessage: String {
    message.isEmpty && ready == nil && !suspended ? "waiting to be reconciled" : message
  }
}
