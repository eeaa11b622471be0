internal import Health
internal import Tunnel
internal import YAML

// One function a section of guard.yaml. What a section must hold stands here and nowhere else.

extension ConfigurationReader {
  mutating func configuration(_ root: YAMLNode?) -> Configuration {
    var result = Configuration.builtIn(in: environment)
    result.file = file
    guard let root, let top = section(root, "top level", keys: ["control", "clusters", "metrics", "alerts"])
    else {
      return result
    }
    if let control = section(top, "control", keys: ["socket"]) {
      result.control.socket = socket(control) ?? result.control.socket
    }
    if let metrics = section(top, "metrics", keys: ["textfile"]) {
      result.metricsTextfile = textfile(metrics)
    }
    if let nodes = list(top, "clusters", of: "clusters"), let list = top.values["clusters"] {
      result.clusters = clusters(nodes, list)
    }
    result.alerts = alerts(top, clusters: result.clusters.map(\.name))
    return result
  }

  /// node_exporter reads files of this ending and no other.
  private mutating func textfile(_ metrics: Section) -> String? {
    guard let node = metrics.values["textfile"], let path = path(node, "textfile") else { return nil }
    guard path.hasSuffix(".prom"), !path.hasSuffix("/.prom") else {
      fail(
        node,
        "textfile: expected a path that ends in .prom, as node_exporter wants it, found '\(path.cut(to: 64))'"
      )
      return nil
    }
    return path
  }

  private mutating func socket(_ control: Section) -> String? {
    guard let node = control.values["socket"], let path = path(node, "socket") else { return nil }
    // sun_path has 108 bytes with its final zero (unix(7)).
    guard path.utf8.count <= 107, !path.hasSuffix("/") else {
      fail(node, "socket: expected the path of a socket, at most 107 bytes, found '\(path.cut(to: 128))'")
      return nil
    }
    return path
  }

  private mutating func clusters(_ nodes: [YAMLNode], _ list: YAMLNode) -> [Configuration.Cluster] {
    guard (1...32).contains(nodes.count) else {
      fail(
        list,
        "clusters: expected from 1 to 32 clusters, found \(nodes.count == 0 ? "none" : "\(nodes.count)")")
      return []
    }
    var clusters: [Configuration.Cluster] = []
    var names: [String: Int] = [:]
    var listeners: [StreamAddress: Int] = [:]
    for node in nodes {
      guard let section = section(node, "clusters", keys: ["name", "tunnel", "kubernetes", "expect"]) else {
        continue
      }
      let name = clusterName(section, taken: &names)
      let tunnel = tunnel(section, listeners: &listeners)
      let kubernetes = kubernetes(section)
      let expect = expectations(section)
      guard let name, let tunnel else { continue }
      clusters.append(
        Configuration.Cluster(name: name, tunnel: tunnel, kubernetes: kubernetes, expect: expect))
    }
    return clusters
  }

  private mutating func clusterName(_ section: Section, taken: inout [String: Int]) -> String? {
    guard let node = section.values["name"] else {
      fail(section.node, "clusters: a cluster needs a name")
      return nil
    }
    guard let name = text(node, "name", of: "a name") else { return nil }
    guard HostPort.isName(name), name.utf8.count <= 63 else {
      fail(node, "name: expected letters, digits, '-', '_' and '.', at most 63, found '\(name.cut(to: 64))'")
      return nil
    }
    if let line = taken[name] {
      fail(node, "name: '\(name)' is the name of another cluster already, in line \(line)")
      return nil
    }
    taken[name] = node.mark.line
    return name
  }

  private mutating func kubernetes(_ cluster: Section) -> Configuration.Kubernetes {
    var result = Configuration.Kubernetes.default(in: environment)
    guard let section = section(cluster, "kubernetes", keys: ["kubeconfig", "context", "poll"]) else {
      return result
    }
    result.kubeconfig = kubeconfig(section) ?? result.kubeconfig
    result.context = text(section, "context", of: "the name of a context") ?? result.context
    let poll = self.section(section, "poll", keys: ["interval", "timeout"])
    result.poll.interval = duration(
      poll, "interval", in: .milliseconds(200)...(.seconds(3600)), default: result.poll.interval)
    result.poll.timeout = duration(
      poll, "timeout", in: .milliseconds(100)...(.seconds(300)), default: result.poll.timeout)
    return result
  }

  /// One path, several with colons between them, or `credential:NAME`.
  private mutating func kubeconfig(_ section: Section) -> String? {
    guard let node = section.values["kubeconfig"] else { return nil }
    if case .scalar(let scalar) = node, Credential.name(in: scalar.string) == nil {
      return paths(section, "kubeconfig")
    }
    return secretFile(node, "kubeconfig")
  }

  private mutating func expectations(_ cluster: Section) -> Expectations {
    var result = Expectations()
    let keys = ["nodes", "gpu", "flux", "workloads", "secrets"]
    guard let section = section(cluster, "expect", keys: keys) else { return result }
    for node in list(section, "nodes", of: "node names") ?? [] {
      guard let name = kubernetesName(node, "nodes", of: "the name of a node") else { continue }
      guard !result.nodes.contains(name) else {
        fail(node, "nodes: '\(name)' is in the list twice")
        continue
      }
      result.nodes.append(name)
    }
    result.gpus = gpus(section)
    if let flux = self.section(section, "flux", keys: ["version", "namespace"]) {
      result.fluxVersion = fluxVersion(flux)
      if let node = flux.values["namespace"] {
        result.fluxNamespace =
          kubernetesName(node, "namespace", of: "the name of a namespace") ?? result.fluxNamespace
      }
    }
    result.workloads = names(section, "workloads")
    result.secrets = names(section, "secrets")
    return result
  }

  private mutating func gpus(_ section: Section) -> [String: Int] {
    guard let node = section.values["gpu"], !node.isNull else { return [:] }
    guard case .mapping(let mapping) = node else {
      fail(node, "gpu: expected node names with a number each, as in { calypso: 1 }, found \(found(node))")
      return [:]
    }
    var gpus: [String: Int] = [:]
    for (key, value) in mapping {
      let name = kubernetesName(key, "gpu", of: "the name of a node")
      let count = number(value, "gpu", in: 0...1024)
      if let name, let count { gpus[name] = count }
    }
    return gpus
  }

  private mutating func fluxVersion(_ section: Section) -> String? {
    guard let node = section.values["version"], let version = text(node, "version", of: "a version") else {
      return nil
    }
    guard version.wholeMatch(of: /v[0-9]+\.[0-9]+\.[0-9]+([-+.][0-9A-Za-z.+-]+)?/) != nil else {
      fail(node, "version: expected a version such as v2.6.4, found '\(version.cut(to: 64))'")
      return nil
    }
    return version
  }

  private mutating func names(_ section: Section, _ key: String) -> [Expectations.Name] {
    var names: [Expectations.Name] = []
    for node in list(section, key, of: "namespace/name") ?? [] {
      guard let text = text(node, key, of: "namespace/name") else { continue }
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, parts.allSatisfy(isKubernetesName) else {
        fail(
          node, "\(key): expected namespace/name, as in flux-system/github-token, found '\(text.cut(to: 64))'"
        )
        continue
      }
      let name = Expectations.Name(namespace: String(parts[0]), name: String(parts[1]))
      guard !names.contains(name) else {
        fail(node, "\(key): '\(name)' is in the list twice")
        continue
      }
      names.append(name)
    }
    return names
  }

  private mutating func kubernetesName(_ node: YAMLNode, _ key: String, of what: String) -> String? {
    guard let name = text(node, key, of: what) else { return nil }
    guard isKubernetesName(name[...]) else {
      fail(node, "\(key): expected \(what) (small letters, digits, '-' and '.'), found '\(name.cut(to: 64))'")
      return nil
    }
    return name
  }

  /// RFC 1123 subdomain, as Kubernetes names most objects.
  private func isKubernetesName(_ text: Substring) -> Bool {
    HostPort.isName(text) && !text.contains("_") && !text.hasSuffix("-") && !text.hasSuffix(".")
      && !text.contains { $0.isUppercase }
  }
}
