import DemoCluster
import Foundation
import Health
import TestSupport
import Testing
import YAML

@testable import Kubernetes

/// `config/rbac.yaml` grants exactly the client's requests.
@Suite(.blocking) struct RBACTests {
  /// A verb on a resource, cluster-wide or in one namespace, or on a path.
  private struct Grant: Hashable, CustomStringConvertible {
    let verb: String
    let group: String
    let resource: String
    let namespace: String?

    var description: String { "\(verb) \(resource).\(group) in \(namespace ?? "all")" }
  }

  private func documents() throws -> [YAML.Node.Mapping] {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../config/rbac.yaml")
    let text = try String(contentsOf: path, encoding: .utf8)
    return try text.components(separatedBy: "\n---\n").compactMap { try YAML.Document($0).root?.mapping }
  }

  private func texts(_ node: YAML.Node?) -> [String] {
    node?.sequence?.compactMap { $0.scalar?.string } ?? []
  }

  private func grants() throws -> Set<Grant> {
    var grants: Set<Grant> = []
    for document in try documents() {
      guard let kind = document["kind"]?.scalar?.string, kind == "ClusterRole" || kind == "Role" else {
        continue
      }
      let namespace = document["metadata"]?.mapping?["namespace"]?.scalar?.string
      #expect((kind == "Role") == (namespace != nil))
      for rule in document["rules"]?.sequence.map(Array.init) ?? [] {
        let rule = try #require(rule.mapping)
        for verb in texts(rule["verbs"]) {
          for path in texts(rule["nonResourceURLs"]) {
            grants.insert(Grant(verb: verb, group: "", resource: path, namespace: nil))
          }
          for group in texts(rule["apiGroups"]) {
            for resource in texts(rule["resources"]) {
              grants.insert(Grant(verb: verb, group: group, resource: resource, namespace: namespace))
            }
          }
        }
      }
    }
    return grants
  }

  @Test func grantsExactlyTheRequestsOfAPoll() throws {
    var asked: Set<Grant> = []
    for kind in Kind.builtIn + Kind.discovered {
      asked.insert(Grant(verb: "list", group: kind.group, resource: kind.plural, namespace: nil))
    }
    asked.insert(Grant(verb: "list", group: "", resource: "events", namespace: nil))
    for path in ["/version", "/readyz", "/apis", "/apis/*"] {
      asked.insert(Grant(verb: "get", group: "", resource: path, namespace: nil))
    }
    let granted = try grants()
    #expect(granted.subtracting(asked).isEmpty, "more than is asked for")
    #expect(asked.subtracting(granted).isEmpty, "asked for without a right")
  }

  @Test func grantsNoSecretsAndNoWrites() throws {
    let granted = try grants()
    #expect(Set(granted.map(\.verb)) == ["get", "list"])
    #expect(!granted.contains { $0.resource == "secrets" || $0.resource == "*" || $0.group == "*" })
    let roles = try documents().compactMap { $0["roleRef"]?.mapping?["name"]?.scalar?.string }
    #expect(roles == ["oceanid-guard"])
  }

  /// Checks all requests of a poll against the rules.
  @Test func everyRequestOfAPollIsGranted() async throws {
    let folder = try TemporaryFolder()
    let cluster = try DemoCluster.start(certificates: Certificates.make(in: "\(folder.path)/pki"))
    try cluster.writeKubeconfig(to: "\(folder.path)/config")
    let client = ClusterClient(
      kubeconfig: try Kubernetes.Kubeconfig.load(path: "\(folder.path)/config"),
      dial: .tcp(host: "127.0.0.1", port: UInt16(cluster.port)))
    _ = try await client.pollOnDedicatedThread().get()
    let granted = try grants()
    #expect(cluster.requests.count > 20)
    for request in cluster.requests {
      #expect(request.method == "GET")
      let path = String(request.target.prefix { $0 != "?" })
      var words = path.split(separator: "/").map(String.init)
      guard words.count > 2 || words.first == "api" else {
        #expect(granted.contains(Grant(verb: "get", group: "", resource: path, namespace: nil)), "\(path)")
        continue
      }
      let group = words[0] == "apis" ? words[1] : ""
      words.removeFirst(words[0] == "apis" ? 3 : 2)
      let namespace = words.first == "namespaces" ? words[1] : nil
      let grant = Grant(verb: "list", group: group, resource: words.last ?? "", namespace: namespace)
      #expect(granted.contains(grant), "\(path)")
    }
  }
}
