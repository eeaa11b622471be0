/// The discovery documents of the server: aggregated if the client accepts that, else per group.
struct Discovery {
  let state: ClusterState
  var hidesCustomResources = false

  private var kinds: [ResourceKind] {
    ResourceKind.all.filter { kind in
      !state.missingGroups.contains(kind.group) && !state.missingKinds.contains(kind.definition)
        && !(hidesCustomResources && kind.isCustom)
    }
  }

  /// The named groups, in the order of their first kind.
  private var groups: [String] {
    var seen: Set<String> = [""]
    return kinds.map(\.group).filter { seen.insert($0).inserted }
  }

  /// The versions of a group, the preferred one first.
  private func versions(of group: String) -> [String] {
    var seen: Set<String> = []
    return kinds.filter { $0.group == group }.flatMap(\.versions).filter { seen.insert($0).inserted }
  }

  func kinds(of group: String, _ version: String) -> [ResourceKind] {
    kinds.filter { $0.group == group && $0.versions.contains(version) }
  }

  /// The response to a discovery path; nil for other paths.
  func answer(_ path: [String], accept: String) -> Answer? {
    let isAggregated = accept.split(separator: ",").contains {
      $0.contains("as=APIGroupDiscoveryList") && $0.contains("v=v2") && !$0.contains("v=v2beta1")
    }
    switch path.count {
    case 1 where path[0] == "api":
      return isAggregated
        ? aggregated([""])
        : Answer([
          "kind": "APIVersions", "versions": ["v1"],
          "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": "10.0.0.1:6443"]],
        ])
    case 1 where path[0] == "apis":
      return isAggregated
        ? aggregated(groups)
        : Answer(["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups.map(group))])
    case 2 where path[0] == "api": return resources("", path[1])
    case 2 where path[0] == "apis" && groups.contains(path[1]):
      var body = group(path[1])
      body["kind"] = "APIGroup"
      body["apiVersion"] = "v1"
      return Answer(body)
    case 3 where path[0] == "apis": return resources(path[1], path[2])
    default: return nil
    }
  }

  private func group(_ name: String) -> JSON {
    let versions = versions(of: name).map { version -> JSON in
      ["groupVersion": .string(ResourceKind.groupVersion(name, version)), "version": .string(version)]
    }
    return ["name": .string(name), "versions": .array(versions), "preferredVersion": versions.first ?? .null]
  }

  private func resources(_ group: String, _ version: String) -> Answer? {
    let kinds = kinds(of: group, version)
    guard !kinds.isEmpty else { return nil }
    return Answer([
      "kind": "APIResourceList", "apiVersion": "v1",
      "groupVersion": .string(ResourceKind.groupVersion(group, version)),
      "resources": .array(
        kinds.map { kind in
          [
            "name": .string(kind.plural), "singularName": .string(kind.kind.lowercased()),
            "namespaced": .bool(kind.isNamespaced), "kind": .string(kind.kind), "verbs": ["get", "list"],
            "shortNames": kind.shortNames.isEmpty ? .null : JSON(kind.shortNames),
          ]
        }),
    ])
  }

  /// The format apidiscovery.k8s.io/v2, which exists since Kubernetes 1.30.
  private func aggregated(_ groups: [String]) -> Answer {
    let items = groups.map { group -> JSON in
      [
        "metadata": group.isEmpty ? [:] : ["name": .string(group)],
        "versions": .array(
          versions(of: group).map { version in
            [
              "version": .string(version),
              "freshness": state.staleGroups.contains(group) ? "Stale" : "Current",
              "resources": state.staleGroups.contains(group)
                ? [] : .array(kinds(of: group, version).map { discovered($0, version) }),
            ]
          }),
      ]
    }
    return Answer(
      [
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
        "items": .array(items),
      ], contentType: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
  }

  private func discovered(_ kind: ResourceKind, _ version: String) -> JSON {
    [
      "resource": .string(kind.plural), "singularResource": .string(kind.kind.lowercased()),
      "scope": kind.isNamespaced ? "Namespaced" : "Cluster", "verbs": ["get", "list"],
      "responseKind": [
        "group": .string(kind.group), "version": .string(version), "kind": .string(kind.kind),
      ],
      "shortNames": kind.shortNames.isEmpty ? .null : JSON(kind.shortNames),
    ]
  }
}
