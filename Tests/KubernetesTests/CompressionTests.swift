import Foundation
import GuardTypes
import Health
import TestSupport
import Testing

@testable import Kubernetes

/// Gzip responses, which API servers send if a body is larger than 128 KiB.
@Suite(.blocking) struct CompressionTests {
  private func gzipped(_ bytes: [UInt8]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/body"
    try Data(bytes).write(to: URL(filePath: path))
    let process = Process()
    process.executableURL = URL(filePath: "/bin/gzip")
    process.arguments = ["-1", path]
    try process.run()
    process.waitUntilExit()
    return [UInt8](try Data(contentsOf: URL(filePath: path + ".gz")))
  }

  private func nodes(_ body: [UInt8]) async throws -> (Part<[Node]>, TestServer) {
    let compressed = try gzipped(body)
    let server = try await TestServer { request in
      request.path == "/api/v1/nodes" && request.headers["accept-encoding"]?.contains("gzip") == true
        ? .answer(200, headers: ["Content-Encoding": "gzip"], body: compressed)
        : SmallCluster().script(request)
    }
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    return (try await client.pollOnDedicatedThread().get().nodes, server)
  }

  @Test func aCompressedListIsRead() async throws {
    let nodes = (0..<300).map { SmallCluster.node("node-\($0)") }
    #expect(try await self.nodes(Array(SmallCluster.list("Node", nodes).utf8)).0.value?.count == 300)
  }

  /// 200 MB of zeros have 900 KB when compressed; the limit applies after decompression.
  @Test func aDecompressionBombIsABadResponse() async throws {
    let (part, _) = try await nodes([UInt8](repeating: UInt8(ascii: " "), count: 200_000_000))
    let failure = try #require(part.failure)
    #expect([.badResponse, .timeout].contains(failure.code))
  }

  @Test func aFalseContentEncodingIsABadResponse() async throws {
    let server = try await TestServer { request in
      request.path == "/api/v1/nodes"
        ? .answer(200, headers: ["Content-Encoding": "gzip"], body: Array("{}".utf8))
        : SmallCluster().script(request)
    }
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    #expect(try await client.pollOnDedicatedThread().get().nodes.failure?.code == .badResponse)
  }
}
