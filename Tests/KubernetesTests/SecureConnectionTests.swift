import GuardTypes
import Health
import TestSupport
import Testing

@testable import Kubernetes

/// Mutual TLS over an abstract Unix socket, as the tunnel offers it. Everything is embedded in the kubeconfig.
@Suite(.blocking) struct SecureConnectionTests {
  private struct Setup {
    var server = "server"
    var authority = "ca"
    var client: String? = "client"
    var token: String? = "abc"
    var extra = ""
    var protocols = ["http/1.1"]
    var clock = ClusterClient.systemClock
  }

  private func poll(
    _ setup: Setup, timeout: Duration = .seconds(10),
    _ script: @escaping TestServer.Script = SmallCluster().script
  )
    async throws
    -> (Result<Snapshot, PollFailure>, TestServer)
  {
    let certificates = try TestCertificates.shared.get()
    let name = "oceanid-kubernetes-\(UInt64.random(in: 0 ... .max))"
    let server = try await TestServer(
      tls: certificates.server(setup.server, protocols: setup.protocols), abstractName: name, script: script)
    let authority =
      setup.authority.isEmpty
      ? "" : ", certificate-authority-data: \(try certificates.base64("\(setup.authority).crt"))"
    var user = setup.token.map { ["token: \($0)"] } ?? []
    if let name = setup.client {
      user.append("client-certificate-data: \(try certificates.base64("\(name).crt"))")
      user.append("client-key-data: \(try certificates.base64("\(name).key"))")
    }
    let client = ClusterClient(
      kubeconfig: try kubeconfig(
        scheme: "https", cluster: authority + setup.extra, user: "{\(user.joined(separator: ", "))}"),
      dial: .abstractSocket(name), clock: setup.clock)
    return (await client.pollOnDedicatedThread(timeout: timeout), server)
  }

  private func failure(_ setup: Setup) async throws -> PollFailure {
    switch try await poll(setup).0 {
    case .success:
      Issue.record("the poll did not fail")
      return PollFailure(code: .tunnelDown, message: "", remedy: "")
    case .failure(let failure): return failure
    }
  }

  @Test func bothSidesAreVerified() async throws {
    let (result, server) = try await poll(Setup())
    let snapshot = try result.get()
    #expect(snapshot.nodes.value?.count == 2)
    #expect(try #require(snapshot.clientCertificateExpiry) > snapshot.serverTime)
    #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer abc" })
    #expect(server.requests.allSatisfy { $0.headers["host"] == "127.0.0.1:6443" })
  }

  @Test func theServerNameOfTheKubeconfigIsVerified() async throws {
    let (result, server) = try await poll(
      Setup(server: "server-elsewhere", extra: ", tls-server-name: elsewhere.example"))
    #expect(try result.get().nodes.value?.count == 2)
    #expect(server.requests.allSatisfy { $0.headers["host"] == "127.0.0.1:6443" })
  }

  @Test(arguments: [["http/1.1"], []]) func aHangingFirstResponseDoesNotDelayOthers(protocols: [String])
    async throws
  {
    var cluster = SmallCluster()
    cluster.answers["/version"] = .silence
    let (result, _) = try await poll(Setup(protocols: protocols), timeout: .seconds(10), cluster.script)
    let snapshot = try result.get()
    #expect(snapshot.version == nil)
    #expect(snapshot.nodes.value?.count == 2)
    #expect(snapshot.flux.value?.count == 1)
  }

  @Test func insecureSkipTLSVerifyIsRespected() async throws {
    let setup = Setup(server: "server-expired", authority: "", extra: ", insecure-skip-tls-verify: true")
    #expect(try await poll(setup).0.get().nodes.value?.count == 2)
  }

  /// The failure of a poll of a server that is not an API server.
  private func failure(at server: TCPServer) async throws -> PollFailure {
    let client = ClusterClient(
      kubeconfig: try kubeconfig(scheme: "https"), dial: .tcp(host: "127.0.0.1", port: UInt16(server.port)))
    guard case .failure(let failure) = await client.pollOnDedicatedThread() else {
      throw FixtureError.failed("the poll did not fail")
    }
    return failure
  }

  /// The tunnel accepts a connection at once and closes it if its target is unreachable, before TLS starts.
  @Test(arguments: [TCPServer.Service.reset(sent: 0, received: 1), .reset(sent: 0, received: 0), .source(0)])
  func aConnectionClosedDuringTheHandshakeIsUnreachable(service: TCPServer.Service) async throws {
    let server = try TCPServer(service)
    defer { server.stop() }
    let failure = try await failure(at: server)
    #expect(failure.code == .unreachable, "\(failure)")
    #expect(failure.remedy.contains("systemctl status k3s"))
  }

  @Test func aServerWithoutTLSIsReported() async throws {
    let server = try TCPServer(.flood(1 << 20))
    defer { server.stop() }
    let failure = try await failure(at: server)
    #expect(failure.code == .tls, "\(failure)")
  }

  @Test func anUnknownAuthorityIsRejected() async throws {
    let failure = try await failure(Setup(authority: "other-ca"))
    #expect(failure.code == .tls)
    #expect(failure.message.contains("signed by an authority"))
  }

  @Test func anExpiredServerCertificateIsRejected() async throws {
    let failure = try await failure(Setup(server: "server-expired"))
    #expect(failure.code == .tls)
    #expect(failure.message.contains("has expired"))
  }

  @Test func anotherServerNameIsRejected() async throws {
    let failure = try await failure(Setup(server: "server-elsewhere"))
    #expect(failure.code == .tls)
    #expect(failure.message.contains("is for another name"))
    #expect(failure.remedy.contains("tls-server-name"))
  }

  @Test func anExpiredClientCertificateIsNotUsed() async throws {
    let (result, server) = try await poll(Setup(client: "client-expired", token: nil))
    guard case .failure(let failure) = result else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(failure.code == .tls)
    #expect(failure.message.contains("expired at"))
    #expect(failure.remedy.contains("k3s"))
    #expect(server.connections == 0)
  }

  @Test(arguments: ["client-expired", "client-foreign", nil])
  func aRejectedClientCertificateIsReported(client: String?) async throws {
    // On a machine whose clock is behind, the certificate appears valid.
    let late = Timestamp(seconds: 0)
    let failure = try await failure(Setup(client: client, clock: { late }))
    #expect(failure.code == .tls)
    #expect(failure.message.contains("rejects the client certificate"))
  }

  @Test func aMismatchedKeyIsAKubeconfigError() async throws {
    let certificates = try TestCertificates.shared.get()
    let user =
      "{client-certificate-data: \(try certificates.base64("client.crt")), client-key-data: \(try certificates.base64("ca.key"))}"
    let server = try await TestServer(tls: certificates.server(), script: SmallCluster().script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(scheme: "https", user: user),
      dial: .tcp(host: "127.0.0.1", port: server.port))
    guard case .failure(let failure) = await client.pollOnDedicatedThread() else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(failure.code == .kubeconfig)
  }

  @Test func plainHTTPOnTheTLSPortIsATLSFailure() async throws {
    let server = try await TestServer(script: SmallCluster().script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(scheme: "https"), dial: .tcp(host: "127.0.0.1", port: server.port))
    guard case .failure(let failure) = await client.pollOnDedicatedThread() else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(failure.code == .tls)
  }

  @Test func aTokenNeverGoesOverPlainHTTP() async throws {
    let server = try await TestServer(script: SmallCluster().script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port, user: "{token: abc}"),
      dial: .tcp(host: "127.0.0.1", port: server.port))
    _ = try await client.pollOnDedicatedThread().get()
    #expect(server.requests.allSatisfy { $0.headers["authorization"] == nil })
  }
}
