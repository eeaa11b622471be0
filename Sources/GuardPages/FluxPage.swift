package import GuardAPI
package import GuardTerminal
import GuardTypes
package import Health

/// `oceanid-ctl flux`: the columns of `flux get all -A`.
package enum FluxPage {
  package static func page(_ status: StatusDocument, _ terminal: Terminal, isWide: Bool = false) -> Page {
    SectionPage.page(.flux, status, terminal, isWide: isWide) { cluster in
      let flux = cluster.flux
      if flux.objects.isEmpty {
        return [Line(Span(flux.installed == false ? "Flux is not installed." : "No Flux objects seen."))]
      }
      let controllers = controllers(flux, terminal.now)
      let lines = table(flux).lines(width: terminal.width) + OmittedRows.lines(cluster, [.flux])
      return controllers.rows.isEmpty
        ? lines : lines + [Line.empty] + controllers.lines(width: terminal.width)
    }
  }

  /// The controllers and their state: while one is not running, the status of its objects is old.
  package static func controllers(_ flux: FluxDocument, _ now: Timestamp) -> Table {
    var table = Table(columns: ["CONTROLLER", "VERSION", "FLUX", "AVAILABLE", "LEASE"])
    table.minor = [2, 1]
    for controller in flux.controllers {
      let style: Style = controller.verdict == .healthy ? .plain : controller.verdict.style
      table.rows.append(
        Table.Row(cells: [
          Span(controller.name), Span(controller.version ?? "<unknown>"),
          Span(controller.distribution ?? "<unknown>"),
          Span("\(controller.available)/\(controller.desired)", style),
          Span(controller.leaseRenewedAt?.relative(to: now) ?? "<unknown>", style),
        ]))
    }
    return table
  }

  package static func table(_ flux: FluxDocument) -> Table {
    var table = Table(columns: ["NAMESPACE", "NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE"])
    table.endsInProse = true
    table.names = 2
    table.elastic = 2
    table.elasticKeepsEnd = true
    table.minor = flux.objects.contains(where: \.suspended) ? [2, 3] : [3, 2]
    let showsAge = !flux.objects.map(\.verdict).areUnknown
    for object in flux.objects.inOrder {
      let style: Style = object.verdict == .healthy ? .plain : object.verdict.style
      let isChart = object.kind == "HelmChart" || object.kind == "HelmRelease"
      let text = object.message(showsAge: showsAge)
      let message = Span(isChart ? text : text.withShortHashes, style)
      table.rows.append(
        Table.Row(
          cells: [
            Span(object.namespace), Span("\(object.kind.lowercased())/\(object.name)"),
            Span(isChart ? object.revision ?? "" : (object.revision ?? "").withShortHashes),
            Span(object.suspended ? "True" : "False"), Span((object.ready ?? .isFalse).rawValue, style),
            message,
          ], showsAll: object.verdict.isWrong))
    }
    return table
  }
}

extension FluxObjectDocument {
  fileprivate func message(showsAge: Bool) -> String {
    message.isEmpty && ready == nil && !suspended ? "waiting to be reconciled" : message.withAge(showsAge)
  }
}

extension [FluxObjectDocument] {
  /// In the order of `flux get all`: sources, then objects that apply them, then notifications.
  fileprivate var inOrder: [FluxObjectDocument] {
    let kinds = CustomKind.flux.map(\.name)
    func rank(_ object: FluxObjectDocument) -> Int { kinds.firstIndex(of: object.kind) ?? kinds.count }
    return sorted { (rank($0), $0.namespace, $0.name) < (rank($1), $1.namespace, $1.name) }
  }
}
