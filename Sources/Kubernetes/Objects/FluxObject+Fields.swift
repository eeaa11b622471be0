internal import Health

extension FluxObject {
  init(_ object: Fields, of served: ServedKind) throws {
    let spec = try object.object("spec")
    let status = try object.object("status")
    let kind = served.kind.name
    let resource = try Resource(object, of: served)
    let artifact = status?.shown("artifact")
    let revision: String? =
      switch kind {
      case "HelmRelease":
        status?.shownObjects("history").first?.word("chartVersion") ?? status?.word("lastAppliedRevision")
      // Sources have an artifact, other objects apply one.
      default: artifact?.word("revision") ?? status?.word("lastAppliedRevision")
      }
    let isSuspended = try spec?.judgedFlag("suspend") ?? false
    self.init(
      resource: resource, isSuspended: isSuspended,
      isStatic: FluxObject.isStatic(kind, served.version, type: spec?.word("type")),
      revision: revision?.shared,
      attemptedRevision: status?.word("lastAttemptedRevision")?.shared,
      artifactUpdateTime: artifact?.time("lastUpdateTime"), interval: spec?.duration("interval"),
      timeout: kind == "HelmRelease" ? FluxObject.releaseTimeout(spec) : spec?.duration("timeout"),
      source: FluxObject.source(spec, kind, namespace: resource.namespace),
      sourceField: FluxObject.sourceField(spec, kind),
      chart: FluxObject.chart(spec, status, kind, resource),
      dependsOn: FluxObject.dependencies(spec, kind, namespace: resource.namespace),
      secretName: spec?.shown("secretRef")?.word("name"),
      lastReconciled: status?.shownObjects("history").first?.time("lastReconciled"),
      request: FluxObject.request(object, status),
      suspendedAt: isSuspended ? object.timeOfWrite("f:suspend") : nil,
      git: kind == "GitRepository" ? GitReference(spec) : nil,
      path: kind == "Kustomization" ? spec?.word("path") : nil,
      attemptedDigest: kind == "HelmRelease" ? status?.word("lastAttemptedRevisionDigest")?.shared : nil)
  }

  /// Each action has a timeout of its own, whose default is spec.timeout, and tests run after an installation or an
  /// upgrade.
  private static func releaseTimeout(_ spec: Fields?) -> Duration {
    let all = spec?.duration("timeout") ?? .seconds(300)
    func timeout(_ action: String) -> Duration { spec?.shown(action)?.duration("timeout") ?? all }
    let longest = ["install", "upgrade", "rollback", "uninstall"].map(timeout).max() ?? all
    let isTested = (try? spec?.shown("test")?.judgedFlag("enable")) ?? false
    return max(all, longest) + (isTested ? timeout("test") : .zero)
  }

  /// The raw values are compared, as the controllers do.
  private static func request(_ object: Fields, _ status: Fields?) -> ReconcileRequest? {
    let annotations = object.shown("metadata")?.shown("annotations")
    guard let value = annotations?.word("reconcile.fluxcd.io/requestedAt"),
      value != status?.word("lastHandledReconcileAt")
    else { return nil }
    return ReconcileRequest(value: value, time: Timestamp(ofRequest: value))
  }

  /// For example `flux-system/cert-manager-cert-manager` from the status, or the chart in the release's spec.
  private static func chart(_ spec: Fields?, _ status: Fields?, _ kind: String, _ resource: Resource)
    -> Reference?
  {
    guard kind == "HelmRelease", spec?.shown("chart") != nil,
      let parts = status?.word("helmChart")?.split(separator: "/"), parts.count == 2
    else { return nil }
    return Reference(kind: "HelmChart", namespace: String(parts[0]), name: String(parts[1]))
  }

  // Alert and Provider have no status since v1beta3; a HelmRepository of type oci is only an address.
  private static func isStatic(_ kind: String, _ version: String, type: String?) -> Bool {
    switch kind {
    case "Alert", "Provider": version == "v1beta3"
    case "HelmRepository": type == "oci"
    default: false
    }
  }

  /// The objects for which it waits, the repositories that a GitRepository includes, or the Provider of an Alert.
  private static func dependencies(_ spec: Fields?, _ kind: String, namespace: String) -> [Reference] {
    if kind == "Alert" {
      return [Reference(spec?.shown("providerRef"), defaultKind: "Provider", namespace: namespace)]
        .compactMap(\.self)
    }
    let fields =
      kind == "GitRepository"
      ? spec?.shownObjects("include").compactMap { $0.shown("repository") } : spec?.shownObjects("dependsOn")
    return (fields ?? []).prefix(256).compactMap {
      Reference($0, defaultKind: kind, namespace: namespace)
    }
  }

  /// The field that has the source.
  private static func sourceField(_ spec: Fields?, _ kind: String) -> String {
    guard kind == "HelmRelease" else { return "sourceRef" }
    return spec?.shown("chartRef") == nil ? "chart.spec.sourceRef" : "chartRef"
  }

  private static func source(_ spec: Fields?, _ kind: String, namespace: String) -> Reference? {
    switch kind {
    case "HelmRelease":
      Reference(spec?.shown("chartRef"), namespace: namespace)
        ?? Reference(spec?.shown("chart")?.shown("spec")?.shown("sourceRef"), namespace: namespace)
    default: Reference(spec?.shown("sourceRef"), namespace: namespace)
    }
  }
}

extension Fields {
  /// The time of the last write by the field manager of a field of `spec`.
  func timeOfWrite(_ field: String) -> Timestamp? {
    shown("metadata")?.shownObjects("managedFields").prefix(64)
      .filter { $0.shown("fieldsV1")?.shown("f:spec")?.names.contains(field) ?? false }
      .compactMap { $0.time("time") }.max()
  }
}

extension FluxObject.GitReference {
  fileprivate init(_ spec: Fields?) {
    let reference = spec?.shown("ref")
    // The precedence of source-controller: commit, name, semver, tag, branch.
    let pinned = ["commit", "name", "semver", "tag"].compactMap { key in
      reference?.text(key).map { "\(key) \($0)" }
    }
    self.init(url: spec?.text("url"), branch: reference?.word("branch"), pinned: pinned.first)
  }
}

extension Timestamp {
  /// The time in a request to reconcile: in RFC 3339, as flux(1) writes it; in seconds since 1970, as in the documented
  /// `kubectl annotate … "$(date +%s)"`, or in milliseconds to nanoseconds; or as Go prints a time
  /// (`2026-01-10 08:00:00.5 +0000 UTC m=+12.3`).
  fileprivate init?(ofRequest value: String) {
    if let time = Timestamp(rfc3339: value) {
      self = time
    } else if value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(value) {
      switch value.utf8.count {
      case 10: self.init(milliseconds: number * 1000)
      case 13: self.init(milliseconds: number)
      case 16: self.init(milliseconds: number / 1000)
      case 19: self.init(milliseconds: number / 1_000_000)
      case _: return nil
      }
    } else {
      let words = value.split(separator: " ")
      guard words.count >= 3, words[2].utf8.count == 5,
        let time = Timestamp(rfc3339: "\(words[0])T\(words[1])\(words[2].prefix(3)):\(words[2].suffix(2))")
      else { return nil }
      self = time
    }
  }
}
