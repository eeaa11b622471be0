internal import Health

extension ImageRepository {
  init(_ object: Fields, of served: ServedKind) throws {
    let spec = try object.requireObject("spec")
    let scan = try object.object("status")?.shown("lastScanResult")
    self.init(
      resource: try Resource(object, of: served), isSuspended: try spec.judgedFlag("suspend"),
      image: try spec.requireName("image"), interval: spec.duration("interval"),
      lastScanTime: scan?.time("scanTime"), tagCount: scan?.count("tagCount"))
  }
}

extension ImagePolicy {
  init(_ object: Fields, of served: ServedKind) throws {
    let resource = try Resource(object, of: served)
    let spec = try object.requireObject("spec")
    let repository = try spec.requireObject("imageRepositoryRef")
    let status = try object.object("status")
    self.init(
      resource: resource, isSuspended: try spec.judgedFlag("suspend"),
      repository: Reference(
        kind: "ImageRepository", namespace: repository.word("namespace") ?? resource.namespace,
        name: try repository.requireName("name")),
      range: ImagePolicy.range(spec.shown("policy")),
      latestImage: status?.shown("latestRef")?.image ?? status?.word("latestImage"),
      labels: object.shown("metadata")?.shown("labels")?.map ?? [:])
  }

  private static func range(_ policy: Fields?) -> String? {
    if let semver = policy?.shown("semver") { return semver.word("range").map { "semver \($0)" } }
    // The default order is the one in the custom resource definition.
    if let numerical = policy?.shown("numerical") { return "numerical \(numerical.word("order") ?? "asc")" }
    if let alphabetical = policy?.shown("alphabetical") {
      return "alphabetical \(alphabetical.word("order") ?? "asc")"
    }
    return nil
  }
}

extension ImageUpdateAutomation {
  init(_ object: Fields, of served: ServedKind) throws {
    let resource = try Resource(object, of: served)
    let spec = try object.object("spec")
    let status = try object.object("status")
    let observed = status?.shown("observedPolicies")
    let branches = ImageUpdateAutomation.branches(spec?.shown("git"))
    self.init(
      resource: resource, isSuspended: try spec?.judgedFlag("suspend") ?? false,
      interval: spec?.duration("interval"),
      source: Reference(
        spec?.shown("sourceRef"), defaultKind: "GitRepository", namespace: resource.namespace),
      policySelector: spec?.shown("policySelector").map { LabelSelector($0) },
      updatePath: spec?.shown("update")?.word("path"),
      reviewBranch: branches.read.flatMap { $0 == branches.pushed ? nil : branches.pushed },
      pushBranch: branches.read == nil ? branches.pushed : nil,
      lastRunTime: status?.time("lastAutomationRunTime"), lastPushTime: status?.time("lastPushTime"),
      lastPushCommit: status?.word("lastPushCommit"),
      observedPolicies: observed.map { observed in
        observed.names.prefix(1000).reduce(into: [:]) { images, policy in
          images[policy.clipped.escapedName] = observed.shown(policy)?.image
        }
      },
      author: spec?.shown("git")?.shown("commit")?.shown("author").map {
        Author(name: $0.word("name") ?? "", email: $0.word("email") ?? "")
      })
  }
}

extension ImageUpdateAutomation {
  /// The branch that it checks out, which defaults to that of its source, and the one that it pushes to: by name, or as
  /// the destination of a refspec. Without a push section, it pushes to the branch that it checks out.
  private static func branches(_ git: Fields?) -> (read: String?, pushed: String?) {
    let push = git?.shown("push")
    let destination = push?.word("refspec")?.split(separator: ":").last.map { name in
      name.hasPrefix("refs/heads/") ? String(name.dropFirst("refs/heads/".count)) : String(name)
    }
    return (git?.shown("checkout")?.shown("ref")?.word("branch"), push?.word("branch") ?? destination)
  }
}

extension LabelSelector {
  fileprivate init(_ fields: Fields) {
    self.init(
      labels: fields.shown("matchLabels")?.map ?? [:],
      requirements: fields.shownObjects("matchExpressions").prefix(64).map {
        Requirement(
          key: $0.word("key") ?? "", requirement: $0.word("operator") ?? "", values: $0.texts("values").texts)
      })
  }
}

extension Fields {
  /// `name:tag` of an ImageRef, with its digest if it has one.
  fileprivate var image: String? {
    guard let name = word("name"), let tag = word("tag") else { return nil }
    return "\(name):\(tag)" + (word("digest").map { "@\($0)" } ?? "")
  }

  /// All string values of the object, by key.
  fileprivate var map: [String: String] {
    names.prefix(256).reduce(into: [:]) { $0[$1.clipped] = word($1) }
  }
}
