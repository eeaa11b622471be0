import Health
import Testing

@testable import Kubernetes

/// Invalid and hostile numbers and names from the cluster.
@Suite struct UntrustedValueTests {
  private func page(_ kind: Kind, _ items: String...) throws -> ObjectPage {
    try ObjectPage(Array(SmallCluster.list(kind.name, items).utf8), of: ServedKind(kind, "v1"))
  }

  @Test func invalidCountsAreUnknown() throws {
    let huge = "9223372036854775807"
    let nodes = try page(
      .node,
      """
      {"metadata":{"name":"a"},"status":{"allocatable":{"nvidia.com/mig-1g":"\(huge)","nvidia.com/mig-2g":"\(huge)","nvidia.com/mig-3g":"2"},
      "capacity":{"nvidia.com/gpu":"-1"}}}
      """)
    guard case .node(let node)? = nodes.objects.first else { throw Wrong.kind }
    #expect(node.allocatableGPUs == 2)
    #expect(node.capacityGPUs == nil)
    let statefulSet = try #require(Kind.workloads.first { $0.name == "StatefulSet" })
    let sets = try page(
      statefulSet,
      #"{"metadata":{"name":"a"},"spec":{"updateStrategy":{"rollingUpdate":{"partition":-9223372036854775808}}}}"#,
      #"{"metadata":{"name":"b"},"spec":{"replicas":-1}}"#,
      #"{"metadata":{"name":"c"},"status":{"replicas":\#(huge)}}"#)
    guard case .workload(let set)? = sets.objects.first else { throw Wrong.kind }
    #expect(set.updates == .rolling)
    #expect(sets.undecodable.map { $0.description.prefix(14) } == ["StatefulSet b:", "StatefulSet c:"])
    let pods = try page(
      .pod,
      #"{"metadata":{"name":"a"},"status":{"phase":"Failed","containerStatuses":[{"restartCount":\#(huge)},{"restartCount":2147483647},{"restartCount":1},{"restartCount":-5}]}}"#
    )
    guard case .pod(let pod)? = pods.objects.first else { throw Wrong.kind }
    #expect(pod.restarts == 2_147_483_648)
  }

  @Test func namesAreShownOnOneLine() throws {
    let pods = try page(
      .pod,
      #"""
      {"metadata":{"name":"web\nCRITICAL: all is lost\u202e\u0007","namespace":"a\tb","labels":{}},
       "status":{"phase":"Failed\u001b[2J","conditions":[{"type":"Ready\nx","status":"False","reason":"a\r\nb","message":"one\ntwo"}]}}
      """#, #"{"metadata":{"name":"x\ny"},"status":{"conditions":"a\nb"}}"#)
    guard case .pod(let pod)? = pods.objects.first else { throw Wrong.kind }
    #expect(pod.resource.name == #"web\nCRITICAL: all is lost\u{202e}\u{7}"#)
    #expect(pod.resource.namespace == #"a\tb"#)
    #expect(pod.phase == #"Failed\u{1b}[2J"#)
    #expect(pod.resource.conditions.map(\.type) == [#"Ready\nx"#])
    #expect(pod.resource.conditions.map(\.reason) == [#"a\r\nb"#])
    // Messages keep their controller's line breaks.
    #expect(pod.resource.conditions.map(\.message) == ["one\ntwo"])
    #expect(
      pods.undecodable.map(\.description) == [#"Pod x\ny: status.conditions has the wrong type"#])
  }

  @Test func remediesUseTheSameKubeconfigAndContext() throws {
    let kubeconfig = try kubeconfig()
    #expect(kubeconfig.kubectl("version").hasSuffix("kubectl --context default version"))
  }

  private enum Wrong: Error {
    case kind
  }
}
