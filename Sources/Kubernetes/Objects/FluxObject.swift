internal import Health

extension FluxObject {
  init(_ object: Fields, of served: ServedKind) throws {
    let spec = try object.object("spec")
    let status = try object.object("status")
    let kind = served.kind.name
    // A Receiver's path is all that its caller must know, and its Ready message repeats it.
    let path = kind == "Receiver" ? status?.text("webhookPath") : nil
    let resource = try Resource(object, of: served) { message in
      path.map { message.replacing($0, with: "/hook/(withheld)") } ?? message
    }
    let artifact = status?.shown("artifact")
    let revision: String? =
      switch kind {
      case "Kustomization": status?.text("lastAppliedRevision")
      case "HelmRelease":
        status?.shownObjects("history").first?.text("chartVersion") ?? status?.text("lastAppliedRevision")
      default: artifact?.text("revision")
      }
    self.init(
      resource: resource, isSuspended: try spec?.judgedFlag("suspend") ?? false,
      isStatic: FluxObject.isStatic(kind, served.version, type: spec?.text("type")), revision: revision,
      attemptedRevision: status?.text("lastAttemptedRevision"),
      artifactUpdateTime: artifact?.time("lastUpdateTime"), interval: spec?.duration("interval"),
      timeout: spec?.duration("timeout"),
      source: FluxObject.source(spec, kind, namespace: resource.namespace),
      dependsOn: (spec?.shownObjects("dependsOn") ?? []).prefix(256).compactMap {
        Reference($0, defaultKind: kind, namespace: resource.namespace)
      })
  }

  // Alert and Provider lost their status in v1beta3; a HelmRepository of type oci is only an address.
  private static func isStatic(_ kind: String, _ version: String, type: String?) -> Bool {
    switch kind {
    case "Alert", "Provider": version == "v1beta3"
    case "HelmRepository": type == "oci"
    default: false
    }
  }

  private static func source(_ spec: Fields?, _ kind: String, namespace: String) -> Reference? {
    switch kind {
    case "HelmRelease":
      Reference(spec?.shown("chartRef"), namespace: namespace)
        ?? Reference(spec?.shown("chart")?.shown("spec")?.shown("sourceRef"), namespace: namespace)
    case "Kustomization", "HelmChart", "ExternalArtifact":
      Reference(spec?.shown("sourceRef"), namespace: namespace)
    default: nil
    }
  }
}

extension String {
  /// Every occurrence; the standard library alone has no such thing on a plain string.
  fileprivate func replacing(_ old: String, with new: String) -> String {
    guard !old.isEmpty else { return self }
    var result = ""
    var rest = self[...]
    while let character = rest.first {
      if rest.hasPrefix(old) {
        result += new
        rest = rest.dropFirst(old.count)
      } else {
        result.append(character)
        rest.removeFirst()
      }
    }
    return result
  }
}
