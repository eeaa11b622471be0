import DemoCluster
import Foundation
import TestSupport
import Testing

/// The served cluster, asked with real clients.
@Suite(.blocking, .enabled(if: program("curl") != nil, "curl is not installed")) struct WireTests {
  let cluster: DemoCluster
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    cluster = try DemoCluster.start(certificates: try Certificates.make(in: folder.file("pki")))
  }

  /// Asks with curl; what it prints is the status, then the body.
  func ask(
    _ path: String, _ options: [String] = [], as client: Certificates.Client? = .valid, timeout: Int = 10
  ) throws -> (code: Int32?, output: String, errors: String) {
    let pki = cluster.certificates
    let identity = client.map { ["--cert", pki.certificate($0), "--key", pki.key($0)] } ?? []
    let result = try run(
      "curl",
      ["-sS", "-i", "--noproxy", "*", "-m", "\(timeout)", "--cacert", pki.authority] + identity + options
        + ["https://127.0.0.1:\(cluster.port)\(path)"])
    if case .exited(let code) = result.exit { return (code, result.output, result.errors) }
    return (nil, result.output, result.errors)
  }

  @Test func theViewerIsServedAndRecorded() throws {
    let answer = try ask("/version")
    #expect(answer.output.hasPrefix("HTTP/1.1 200 OK"))
    #expect(answer.output.contains("v1.33.4+k3s1"))
    #expect(answer.output.contains("Date: "))
    let record = try #require(cluster.requests.last)
    #expect(record.method == "GET")
    #expect(record.target == "/version")
    #expect(record.user == "system:oceanid-viewer")
  }

  @Test func aTokenStandsInForACertificate() throws {
    let token = cluster.certificates.token
    #expect(try ask("/readyz", ["-H", "Authorization: Bearer \(token)"], as: nil).output.contains("200 OK"))
    #expect(try ask("/readyz", ["-H", "Authorization: Bearer wrong"], as: nil).output.contains("401 "))
  }

  @Test(arguments: [Certificates.Client?.none, .expired, .foreign])
  func badClientsGetAStatusObject(client: Certificates.Client?) throws {
    let answer = try ask("/api/v1/nodes", as: client)
    #expect(answer.output.contains("401 Unauthorized"))
    #expect(answer.output.contains(#""reason":"Unauthorized""#))
  }

  @Test(arguments: [Certificates.Client.expired, .foreign])
  func badClientsFailInAStrictHandshake(client: Certificates.Client) throws {
    let strict = try DemoCluster.start(certificates: cluster.certificates, refusing: .handshake)
    let pki = strict.certificates
    let result = try run(
      "curl",
      [
        "-sS", "--noproxy", "*", "-m", "10", "--cacert", pki.authority, "--cert", pki.certificate(client),
        "--key", pki.key(client), "https://127.0.0.1:\(strict.port)/version",
      ])
    #expect(result.exit != .exited(0))
    #expect(strict.requests.isEmpty)
  }

  @Test(arguments: [Certificates.Server.expired, .foreign])
  func badServersAreRefused(server: Certificates.Server) throws {
    cluster.apply(.presents(server))
    #expect(try ask("/version").code == 60)
    cluster.apply(.presents(.valid))
    #expect(try ask("/version").code == 0)
  }

  @Test(arguments: [
    (Misbehaviour.unauthorized, Int32(0), "401 Unauthorized"), (.forbidden, 0, "403 Forbidden"),
    (.status(503), 0, "503 Service Unavailable"), (.html, 0, "text/html"), (.hangs, 28, ""),
    (.closes, 52, ""), (.truncatedJSON, 0, "200 OK"), (.shortBody, 18, "200 OK"),
    (.redirect("https://192.0.2.1/"), 0, "Location: https://192.0.2.1/"), (.deepNesting(1000), 0, "[[[["),
    (.wrongTypes, 0, #""generation":"three""#),
  ])
  func misbehaviourLooksAsItShould(how: Misbehaviour, code: Int32, text: String) throws {
    cluster.apply(.answersWrong(how, on: "/api/v1/nodes"))
    let answer = try ask("/api/v1/nodes", timeout: how == .hangs ? 1 : 10)
    #expect(answer.code == code)
    #expect(text.isEmpty ? answer.output.isEmpty : answer.output.contains(text))
    #expect(try ask("/version").output.contains("200 OK"))
    cluster.apply(.answersRight)
    #expect(try ask("/api/v1/nodes").output.contains("200 OK"))
  }

  @Test func endlessHeadersAndBodiesAreStreamed() throws {
    cluster.apply(.answersWrong(.endlessHeaders, on: "/"))
    #expect(try ask("/api/v1/nodes").code != 0)
    cluster.apply(.answersRight)
    cluster.apply(.answersWrong(.hugeBody(20_000_000), on: "/"))
    let huge = try ask("/api/v1/nodes", ["-o", folder.file("huge")])
    #expect(huge.code == 0)
    let size = try #require(
      try FileManager.default.attributesOfItem(atPath: folder.file("huge"))[.size] as? Int)
    #expect(size > 19_000_000)
  }

  @Test func theClusterHasAClockOfItsOwn() throws {
    cluster.apply(.clockAhead(seconds: 40 * 365 * 86_400))
    let answer = try ask("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/calypso").output
    let date = try #require(answer.split(separator: "\r\n").first { $0.hasPrefix("Date: ") })
    let year = try #require(date.split(separator: " ").dropFirst(4).first)
    #expect(try #require(Int(year)) >= 2060)
    #expect(answer.contains(#""renewTime":"\#(year)-"#))
  }

  @Test func slowAnswersDrip() throws {
    cluster.apply(.answersWrong(.slow(milliseconds: 50), on: "/"))
    let answer = try ask("/readyz", timeout: 1)
    #expect(answer.code == 28)
  }

  @Test(.enabled(if: program("kubectl") != nil, "kubectl is not installed"))
  func kubectlPrintsTheNodes() throws {
    try cluster.writeKubeconfig(to: folder.file("kubeconfig"))
    cluster.apply(.nodeCordoned("srv712695"))
    let home = [
      "HOME": folder.path, "PATH": "/usr/local/bin:/usr/bin:/bin", "KUBECONFIG": folder.file("kubeconfig"),
    ]
    let nodes = try run("kubectl", ["get", "nodes"], environment: home)
    #expect(nodes.exit == .exited(0), "\(nodes.errors)")
    let rows = nodes.output.split(separator: "\n").map {
      $0.split(separator: " ").prefix(3).joined(separator: " ")
    }
    #expect(
      rows == [
        "NAME STATUS ROLES", "calypso Ready <none>", "srv712429 Ready control-plane,master",
        "srv712695 Ready,SchedulingDisabled <none>",
      ])
    let flux = try run(
      "kubectl", ["get", "gitrepositories,kustomizations,helmreleases,imagepolicies", "-A"], environment: home
    )
    #expect(flux.exit == .exited(0), "\(flux.errors)")
    #expect(flux.output.contains("kustomization.kustomize.toolkit.fluxcd.io/apps"))
    #expect(cluster.requests.allSatisfy { $0.method == "GET" })
  }
}
