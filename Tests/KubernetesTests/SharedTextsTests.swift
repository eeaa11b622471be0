import Health
import Testing

@testable import Kubernetes

/// Thousands of objects with the same words need the memory of one.
@Suite(.serialized) struct SharedTextsTests {
  private static func address(_ text: String) -> UInt? {
    var text = text
    return text.withUTF8 { $0.baseAddress.map { UInt(bitPattern: $0) } }
  }

  private static func node(_ index: Int) -> String {
    let condition = { (type: String) in
      #"{"type":"\#(type)Pressure","status":"False","reason":"KubeletHasSufficient\#(type)","message":"kubelet has enough of \#(type)"}"#
    }
    return #"{"metadata":{"name":"node-with-a-long-name-\#(index)"},"status":{"conditions":["#
      + condition("MemoryAndMore") + "," + condition("DiskAndMoreOfIt")
      + #"],"nodeInfo":{"kubeletVersion":"v1.33.4+k3s1-and-more","osImage":"Debian GNU/Linux 12 (bookworm)","kernelVersion":"6.1.0-27-cloud-amd64","containerRuntimeVersion":"containerd://2.0.5-k3s2"}}}"#
  }

  @Test func equalTextsOfObjectsShareTheirMemory() throws {
    let page = try ObjectPage(
      Array(SmallCluster.list("Node", (0..<200).map(Self.node)).utf8), of: ServedKind(.node, "v1"))
    let nodes = page.objects.compactMap { object -> Node? in
      if case .node(let node) = object { node } else { nil }
    }
    #expect(nodes.count == 200)
    let texts = nodes.flatMap { node in
      node.resource.conditions.flatMap { [$0.type, $0.reason, $0.message] }
        + [node.kubeletVersion, node.osImage ?? "", node.kernelVersion ?? "", node.containerRuntime ?? ""]
    }
    #expect(Set(texts).count == 10)
    // Other tests store texts at the same time, so that one may be stored again; without sharing there would be 2,000.
    #expect(Set(texts.map(Self.address)).count < 100)
  }

  @Test func numberOfStoredTextsIsLimited() {
    let first = "a text that is used all the time".shared
    for index in 0..<SharedTexts.textLimit * 4 {
      _ = "a text that only one object has: \(index)".shared
      if index % 1000 == 0 {
        #expect(Self.address("a text that is used all the time".shared) == Self.address(first))
      }
    }
    let unique = "a text that only one object has: 7".shared
    #expect(unique == "a text that only one object has: 7")
  }

  @Test func shortAndLongTextsStayAsTheyAre() {
    for count in [0, 1, 15, 16, 256, 257, 5000] {
      let text = String(repeating: "é", count: count / 2) + String(repeating: "x", count: count % 2)
      #expect(text.shared == text)
    }
  }
}
