import Curl
import DemoCluster
import Foundation
import Health
import TestSupport
import Testing

@testable import Kubernetes

/// HTTP/2 between API server and client, provided by nghttpx in front of the demo cluster.
@Suite(.blocking, .enabled(if: program("nghttpx") != nil, "nghttpx (nghttp2-proxy) is not installed"))
struct HTTP2Tests {
  /// nghttpx in front of a demo cluster.
  private final class Proxy {
    let port: Int
    let folder: TestSupport.TemporaryFolder
    let certificates: Certificates
    private let cluster: DemoCluster
    private let child: ChildProcess

    init() throws {
      let port = try freePort()
      let folder = try TestSupport.TemporaryFolder()
      let certificates = try Certificates.make(in: folder.file("pki"))
      let cluster = try DemoCluster.start(certificates: certificates)
      let child = try ChildProcess(
        "nghttpx",
        [
          "--conf=/dev/null", "-f127.0.0.1,\(port)", "-b127.0.0.1,\(cluster.port);;tls;proto=http/1.1",
          "--insecure", "--no-ocsp", "--workers=1", "--errorlog-file=\(folder.file("errors"))",
          "--accesslog-file=\(folder.file("access.log"))",
          "--accesslog-format=$alpn $remote_port $status $request",
          certificates.key(Certificates.Server.valid), certificates.certificate(Certificates.Server.valid),
        ])
      (self.port, self.folder, self.certificates, self.cluster, self.child) =
        (port, folder, certificates, cluster, child)
      let isUp = eventually { (try? LoopbackSocket(port: port)) != nil }
      try #require(isUp, "\(child.errors)")
    }

    deinit { child.kill() }

    /// Protocol, port of the client, status, method and path of each GET request.
    func requests() throws -> [[Substring]] {
      try String(contentsOfFile: folder.file("access.log"), encoding: .utf8).split(separator: "\n")
        .map { $0.split(separator: " ") }.filter { $0.count > 3 && $0[3] == "GET" }
    }
  }

  @Test func aPollUsesOneConnection() async throws {
    let proxy = try Proxy()
    try proxy.certificates.writeKubeconfig(
      to: proxy.folder.file("config"), port: proxy.port, as: .token(proxy.certificates.token))
    let client = ClusterClient(
      kubeconfig: try Kubernetes.Kubeconfig.load(path: proxy.folder.file("config")),
      dial: .tcp(host: "127.0.0.1", port: UInt16(proxy.port)))
    for _ in 0..<2 {
      let snapshot = try await client.pollOnDedicatedThread().get()
      #expect(snapshot.nodes.value?.count == 3)
      #expect(snapshot.gaps.isEmpty)
      #expect(snapshot.failedFluxKinds.isEmpty)
    }
    let requests = try proxy.requests()
    #expect(requests.count > 40)
    #expect(Set(requests.map { $0[0] }) == ["h2"])
    #expect(Set(requests.map { $0[1] }).count == 1)
  }

  /// After a change of the network, connections stay open and receive nothing.
  @Test func aConnectionThatStaysSilentIsNotUsedAgain() throws {
    let proxy = try Proxy()
    let network = try TamperingProxy(to: proxy.port)
    let origin = Origin(scheme: .https, host: "127.0.0.1", port: UInt16(network.port), trust: .anyone)
    func get(_ client: inout Client, within timeout: Duration) -> Result<Int, CurlError>? {
      var result: Result<Int, CurlError>?
      let request = Request(tag: 0, path: "/version", accept: "application/json")
      client.get([request], until: .now + timeout, cancellation: Cancellation()) { _, answer in
        result = answer.map(\.status)
        return []
      }
      return result
    }
    var measuring = try Client(origin: origin)
    _ = try #require(get(&measuring, within: .seconds(30))).get()
    // The next connection delivers one response and then stays silent.
    network.set(.silence(from: network.fromServer.count + 32))
    var client = try Client(origin: origin)
    _ = try #require(get(&client, within: .seconds(30))).get()
    network.set(.none)
    guard case .failure(let error) = get(&client, within: .seconds(1)) else {
      Issue.record("the silent connection answered")
      return
    }
    #expect(error.code == .timeout)
    _ = try #require(get(&client, within: .seconds(30))).get()
    #expect(network.acceptedConnections == 3)
    #expect(Set(try proxy.requests().map { $0[0] }) == ["h2"])
  }
}
