internal import Health

extension Expectations: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init() }

  static var keys: [ConfigurationKey<Expectations>] {
    [
      .init(
        "nodes", \.nodes, .list(of: "node names", .kubernetesName(of: "node"), isUnique: true),
        "Nodes that must be in the cluster."),
      .init("gpu", \.gpus, .countsOfNodes, "The number of GPUs that a node must offer."),
      .init(
        group: "flux",
        [
          .init(
            "version", optional: \.fluxVersion, .fluxVersion, standard: "any version",
            "The version of Flux that must run."),
          .init(
            "namespace", \.fluxNamespace, .kubernetesName(of: "namespace"), "The namespace that Flux runs in."
          ),
        ], style: .flow),
      .init(
        "workloads", \.workloads, .list(of: "namespace/name", .namespacedName, isUnique: true),
        "Deployments, StatefulSets and DaemonSets that must run."),
      .init(
        "secrets", \.secrets, .list(of: "namespace/name", .namespacedName, isUnique: true),
        "Secrets that must exist. Their values are never read."),
    ]
  }
}

extension ValueFormat where Value == String {
  fileprivate static var fluxVersion: ValueFormat {
    text("a version") { version in
      version.wholeMatch(of: /v[0-9]+\.[0-9]+\.[0-9]+([-+.][0-9A-Za-z.+-]+)?/) != nil
        ? nil : "expected a version such as v2.6.4, found \(version.quoted())"
    }
  }
}
