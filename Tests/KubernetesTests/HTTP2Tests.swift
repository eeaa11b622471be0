import DemoCluster
import Foundation
import Health
import TestSupport
import Testing

@testable import Kubernetes

/// HTTP/2 between API server and client, provided by nghttpx in front of the demo cluster.
@Suite(.blocking, .enabled(if: program("nghttpx") != nil, "nghttpx (nghttp2-proxy) is not installed"))
struct HTTP2Tests {
  @Test func aPollUsesOneConnection() async throws {
    let folder = try TestSupport.TemporaryFolder()
    let certificates = try Certificates.make(in: folder.file("pki"))
    let cluster = try DemoCluster.start(certificates: certificates)
    let port = try freePort()
    let log = folder.file("access.log")
    let proxy = try ChildProcess(
      "nghttpx",
      [
        "--conf=/dev/null", "-f127.0.0.1,\(port)", "-b127.0.0.1,\(cluster.port);;tls;proto=http/1.1",
        "--insecure", "--no-ocsp", "--workers=1", "--errorlog-file=\(folder.file("errors"))",
        "--accesslog-file=\(log)", "--accesslog-format=$alpn $remote_port $status $request",
        certificates.key(Certificates.Server.valid), certificates.certificate(Certificates.Server.valid),
      ])
    defer { proxy.kill() }
    let isUp = eventually { (try? LoopbackSocket(port: port)) != nil }
    try #require(isUp, "\(proxy.errors)")
    try certificates.writeKubeconfig(
      to: folder.file("config"), port: port, as: .token(certificates.token))
    let client = ClusterClient(
      kubeconfig: try Kubernetes.Kubeconfig.load(path: folder.file("config")),
      dial: .tcp(host: "127.0.0.1", port: UInt16(port)))
    for _ in 0..<2 {
      let snapshot = try await client.pollOnItsThread().get()
      #expect(snapshot.nodes.value?.count == 3)
      #expect(snapshot.gaps.isEmpty)
      #expect(snapshot.failedFluxKinds.isEmpty)
    }
    let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    let requests = lines.map { $0.split(separator: " ") }.filter { $0.count > 3 && $0[3] == "GET" }
    #expect(requests.count > 40)
    #expect(Set(requests.map { $0[0] }) == ["h2"])
    #expect(Set(requests.map { $0[1] }).count == 1)
  }
}
