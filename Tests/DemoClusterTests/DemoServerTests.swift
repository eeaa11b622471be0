import DemoCluster
import Foundation
import TestSupport
import Testing

/// Tests the demo cluster's server with real clients.
@Suite(.blocking, .enabled(if: program("curl") != nil, "curl is not installed")) struct DemoServerTests {
  /// The HTTP version that curl uses.
  enum Version: String, CaseIterable {
    case http1 = "--http1.1"
    case http2 = "--http2"
  }

  struct Answer {
    /// curl's exit status (curl(1)).
    let code: Int32?
    /// The status line, the fields and the body.
    let output: String

    /// 0 without a response.
    var status: Int {
      Int(output.split(whereSeparator: \.isWhitespace).dropFirst().first ?? "") ?? 0
    }

    var body: Substring { output.firstRange(of: "\r\n\r\n").map { output[$0.upperBound...] } ?? "" }

    /// Field names are case-insensitive (RFC 9110 §5.1), and lowercase in HTTP/2.
    func field(_ name: String) -> Substring? {
      let line = output.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name + ": ") }
      return line?.dropFirst(name.count + 2)
    }
  }

  let cluster: DemoCluster
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    cluster = try DemoCluster.start(certificates: try Certificates.make(in: folder.file("pki")))
  }

  /// Sends a request with curl.
  func ask(
    _ path: String, _ options: [String] = [], as client: Certificates.Client? = .valid, timeout: Int = 10,
    over version: Version = .http2, of other: DemoCluster? = nil
  ) throws -> Answer {
    let cluster = other ?? cluster
    let pki = cluster.certificates
    let identity = client.map { ["--cert", pki.certificate($0), "--key", pki.key($0)] } ?? []
    let result = try run(
      "curl",
      ["-sS", "-i", version.rawValue, "--noproxy", "*", "-m", "\(timeout)", "--cacert", pki.authority]
        + identity + options + ["https://127.0.0.1:\(cluster.port)\(path)"])
    if case .exited(let code) = result.exit { return Answer(code: code, output: result.output) }
    return Answer(code: nil, output: result.output)
  }

  @Test(arguments: [(Version.http1, "HTTP/1.1 200 OK\r\n"), (.http2, "HTTP/2 200 \r\n")])
  func authorizedRequestsAreServedAndRecorded(over version: Version, start: String) throws {
    let answer = try ask("/version", over: version)
    #expect(answer.output.hasPrefix(start))
    #expect(answer.output.contains("v1.33.4+k3s1"))
    #expect(answer.field("date") != nil)
    let record = try #require(cluster.requests.last)
    #expect(record.method == "GET")
    #expect(record.target == "/version")
    #expect(record.user == "system:oceanid-viewer")
  }

  @Test func aTokenReplacesACertificate() throws {
    let token = cluster.certificates.token
    #expect(try ask("/readyz", ["-H", "Authorization: Bearer \(token)"], as: nil).status == 200)
    #expect(try ask("/readyz", ["-H", "Authorization: Bearer wrong"], as: nil).status == 401)
  }

  @Test(arguments: [Certificates.Client?.none, .expired, .foreign], Version.allCases)
  func invalidClientsGetAStatusObject(client: Certificates.Client?, over version: Version) throws {
    let answer = try ask("/api/v1/nodes", as: client, over: version)
    #expect(answer.status == 401)
    #expect(answer.output.contains(#""reason":"Unauthorized""#))
  }

  @Test(arguments: [Certificates.Client.expired, .foreign])
  func invalidClientsFailInAStrictHandshake(client: Certificates.Client) throws {
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
  func invalidServerCertificatesAreRejected(server: Certificates.Server) throws {
    cluster.apply(.presents(server))
    #expect(try ask("/version").code == 60)
    cluster.apply(.presents(.valid))
    #expect(try ask("/version").code == 0)
  }

  /// In HTTP/2, a truncated response ends with a stream reset.
  @Test(
    arguments: [
      (ResponseFault.unauthorized, Int32(0), 401, ""), (.forbidden, 0, 403, ""), (.status(503), 0, 503, ""),
      (.html, 0, 200, "text/html"), (.hangs, 28, 0, ""), (.closes, 52, 0, ""), (.truncatedJSON, 0, 200, ""),
      (.shortBody, 18, 200, ""), (.redirect("https://192.0.2.1/"), 0, 302, "ocation: https://192.0.2.1/"),
      (.deepNesting(1000), 0, 200, "[[[["), (.wrongTypes, 0, 200, #""generation":"three""#),
    ], Version.allCases)
  func responseFaultsAreSent(
    _ what: (how: ResponseFault, code: Int32, status: Int, text: String), over version: Version
  ) throws {
    cluster.apply(.answersWrong(what.how, on: "/api/v1/nodes"))
    let answer = try ask("/api/v1/nodes", timeout: what.how == .hangs ? 1 : 10, over: version)
    // curl has several exit statuses for a stream that ends early.
    #expect(version == .http1 ? answer.code == what.code : (answer.code == 0) == (what.code == 0))
    #expect(answer.status == what.status)
    #expect(answer.output.contains(what.text) || what.text.isEmpty)
    #expect(try ask("/version", over: version).status == 200)
    cluster.apply(.answersRight)
    #expect(try ask("/api/v1/nodes", over: version).status == 200)
  }

  @Test(arguments: Version.allCases) func endlessHeadersAndBodiesAreStreamed(over version: Version) throws {
    cluster.apply(.answersWrong(.endlessHeaders, on: "/"))
    #expect(
      try ask("/api/v1/nodes", ["-o", "/dev/null", "-D", "/dev/null"], timeout: 1, over: version).code != 0)
    cluster.apply(.answersRight)
    cluster.apply(.answersWrong(.hugeBody(20_000_000), on: "/"))
    let huge = try ask("/api/v1/nodes", ["-o", folder.file("huge")], over: version)
    #expect(huge.code == 0)
    let size = try #require(
      try FileManager.default.attributesOfItem(atPath: folder.file("huge"))[.size] as? Int)
    #expect(size > 19_000_000)
  }

  @Test func theClusterHasItsOwnClock() throws {
    cluster.apply(.clockAhead(seconds: 40 * 365 * 86_400))
    let answer = try ask("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/calypso")
    let year = try #require(answer.field("date")?.split(separator: " ").dropFirst(3).first)
    #expect(try #require(Int(year)) >= 2060)
    #expect(answer.output.contains(#""renewTime":"\#(year)-"#))
  }

  @Test(arguments: Version.allCases) func longResponsesAreCompressedOnRequest(over version: Version) throws {
    let extra = try DemoCluster.start(
      certificates: cluster.certificates, with: ExtraObjects(nodes: 100, kustomizations: 0))
    let path = "/api/v1/nodes?limit=100"
    let plain = try ask(path, over: version, of: extra)
    #expect(plain.field("content-encoding") == nil)
    let packed = try ask(path, ["--compressed"], over: version, of: extra)
    #expect(packed.field("content-encoding") == "gzip")
    // The times in the two bodies differ.
    #expect(packed.body.hasPrefix(#"{"apiVersion":"v1","items":[{"#))
    #expect(packed.body.utf8.count == plain.body.utf8.count)
    let length = try #require(packed.field("content-length").flatMap { Int($0) })
    #expect(length < plain.body.utf8.count / 5)
    #expect(try ask("/version", ["--compressed"], over: version, of: extra).field("content-encoding") == nil)
  }

  @Test(arguments: Version.allCases) func slowResponsesArriveByteByByte(over version: Version) throws {
    cluster.apply(.answersWrong(.slow(milliseconds: 500), on: "/"))
    let answer = try ask("/api/v1/nodes", timeout: 1, over: version)
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
