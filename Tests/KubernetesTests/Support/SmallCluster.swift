import Foundation
import Health

@testable import Kubernetes

/// The responses of a small cluster. A test replaces the paths that it tests.
struct SmallCluster: Sendable {
  var answers: [String: TestServer.Reply] = [
    "/version": .json(#"{"major":"1","minor":"33","gitVersion":"v1.33.4+k3s1"}"#),
    "/readyz": .answer(200, type: "text/plain", body: Array("ok".utf8)),
    "/apis": .json(aggregated),
    "/api/v1/nodes": .json(list("Node", [node("alpha"), node("beta")])),
    "/apis/coordination.k8s.io/v1/leases": .json(
      list(
        "Lease",
        [
          #"{"metadata":{"name":"alpha","namespace":"kube-node-lease"},"spec":{"renewTime":"2026-01-10T09:59:57.123456Z"}}"#
        ])),
    "/apis/apps/v1/deployments": .json(list("Deployment", [])),
    "/apis/apps/v1/statefulsets": .json(list("StatefulSet", [])),
    "/apis/apps/v1/daemonsets": .json(list("DaemonSet", [])),
    "/api/v1/pods": .json(list("Pod", [])),
    "/apis/batch/v1/jobs": .json(list("Job", [])),
    "/apis/batch/v1/cronjobs": .json(list("CronJob", [])),
    "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations": .json(
      list("Kustomization", [#"{"metadata":{"name":"apps","namespace":"flux-system"},"spec":{}}"#])),
    "/apis/notification.toolkit.fluxcd.io/v1/receivers": .json(list("Receiver", [])),
    "/apis/notification.toolkit.fluxcd.io/v1beta3/alerts": .json(list("Alert", [])),
    "/apis/image.toolkit.fluxcd.io/v1beta2/imagepolicies": .json(list("ImagePolicy", [])),
  ]

  /// Other paths return 404, as on a real server.
  var script: TestServer.Script {
    let answers = answers
    return { answers[$0.path] ?? .json(404, SmallCluster.status(404, "NotFound", "not found")) }
  }

  static func list(_ kind: String, _ items: [String], next: String? = nil) -> String {
    let token = next.map { #","continue":"\#($0)""# } ?? ""
    return
      #"{"kind":"\#(kind)List","apiVersion":"v1","metadata":{"resourceVersion":"1"\#(token)},"items":[\#(items.joined(separator: ","))]}"#
  }

  static func node(_ name: String, _ more: String = "") -> String {
    #"{"metadata":{"name":"\#(name)","annotations":{"k3s.io/node-args":"[\"--token\"]"}},"status":{"conditions":[{"type":"Ready","status":"True"}]}\#(more)}"#
  }

  static func status(_ code: Int, _ reason: String, _ message: String) -> String {
    let quoted = message.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
    return
      #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"\#(quoted)","reason":"\#(reason)","code":\#(code)}"#
  }

  static let aggregated: String = {
    func resource(_ plural: String, _ kind: String) -> String {
      #"{"resource":"\#(plural)","responseKind":{"group":"","version":"","kind":"\#(kind)"},"scope":"Namespaced","verbs":["get","list"]}"#
    }
    func version(_ name: String, _ resources: [String]) -> String {
      #"{"version":"\#(name)","freshness":"Current","resources":[\#(resources.joined(separator: ","))]}"#
    }
    func group(_ name: String, _ versions: [String]) -> String {
      #"{"metadata":{"name":"\#(name)"},"versions":[\#(versions.joined(separator: ","))]}"#
    }
    let groups = [
      group("apps", [version("v1", [resource("deployments", "Deployment")])]),
      group(
        "kustomize.toolkit.fluxcd.io",
        [
          version("v1", [resource("kustomizations", "Kustomization")]),
          version("v1beta2", [resource("kustomizations", "Kustomization")]),
        ]),
      group(
        "notification.toolkit.fluxcd.io",
        [
          version("v1", [resource("receivers", "Receiver")]),
          version("v1beta3", [resource("alerts", "Alert")]),
        ]),
      group(
        "image.toolkit.fluxcd.io",
        [
          version("v9", [resource("imagepolicies", "ImagePolicy")]),
          version("v1beta2", [resource("imagepolicies", "ImagePolicy")]),
        ]),
    ]
    return
      #"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[\#(groups.joined(separator: ","))]}"#
  }()
}

/// A kubeconfig for a test server; plain HTTP without certificates.
func kubeconfig(
  port: UInt16 = 6443, scheme: String = "http", cluster: String = "", user: String = "{}"
) throws -> Kubeconfig {
  let folder = try TemporaryFolder()
  let path = try folder.write(
    """
    clusters: [{name: c, cluster: {server: '\(scheme)://127.0.0.1:\(port)'\(cluster)}}]
    users: [{name: u, user: \(user)}]
    contexts: [{name: default, context: {cluster: c, user: u}}]
    current-context: default
    """, to: "config")
  return try Kubeconfig.load(path: path)
}

extension ClusterClient {
  /// `poll` blocks, so it must not run on a thread of the concurrency pool.
  func pollOnDedicatedThread(timeout: Duration = .seconds(60), secrets: [Expectations.Name] = []) async
    -> Result<Snapshot, PollFailure>
  {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          returning: Result { () throws(PollFailure) in
            try self.poll(timeout: timeout, secrets: secrets)
          })
      }
    }
  }
}
