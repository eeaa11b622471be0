import DemoCluster
import GuardTypes
import Health
import TestSupport
import Testing

@testable import Kubernetes

/// Faulty responses on one path, over TLS: only its part of the poll fails, and the poll ends in time.
@Suite(.serialized, .blocking) struct HostileServerTests {
  // They are deallocated in this order, because a stopping server waits until its clients close.
  private let client: ClusterClient
  private let cluster: DemoCluster
  private let folder: TemporaryFolder

  private static let certificates = Result {
    try Certificates.make(in: TestCertificates.shared.get().folder + "/hostile")
  }

  init() throws {
    folder = try TemporaryFolder()
    // With HTTP/2, all parts share a connection, and a flood on one stream affects all of them.
    cluster = try DemoCluster.start(certificates: Self.certificates.get(), speaking: [.http1])
    try cluster.writeKubeconfig(to: "\(folder.path)/config")
    client = ClusterClient(
      kubeconfig: try Kubernetes.Kubeconfig.load(path: "\(folder.path)/config"),
      dial: .tcp(host: "127.0.0.1", port: UInt16(cluster.port)))
  }

  static let faults: [(how: ResponseFault, codes: Set<PollErrorCode>)] = [
    // Which limit is reached first depends on the speed of the machine.
    (.hugeBody(200_000_000), [.badResponse, .timeout]), (.endlessHeaders, [.badResponse]),
    (.endlessContinue, [.badResponse, .timeout]), (.slow(milliseconds: 1000), [.timeout]),
    (.hangs, [.timeout]),
    (.deepNesting(10_000), [.badResponse]), (.deepNesting(1_000_000), [.badResponse]),
    (.redirect("https://127.0.0.1:1/"), [.badResponse]), (.html, [.badResponse]),
    (.truncatedJSON, [.badResponse]), (.invalidUTF8, [.badResponse]), (.shortBody, [.unreachable]),
    (.truncatedTLS, [.unreachable]), (.closes, [.unreachable]), (.forbidden, [.forbidden]),
    (.status(429), [.unreachable]), (.status(500), [.badResponse]),
  ]

  @Test(arguments: sampled(Array(faults.indices))) func eachFaultFailsOnlyItsPart(index: Int) async throws {
    let (how, codes) = Self.faults[index]
    cluster.apply(.answersWrong(how, on: "/api/v1/nodes"))
    let start = ContinuousClock.now
    // Responses that end by themselves get enough time, even on a busy machine.
    let timeout: Duration = .seconds(codes == [.timeout] ? 10 : 30)
    let snapshot = try await client.pollOnDedicatedThread(timeout: timeout).get()
    #expect(ContinuousClock.now - start < timeout + .seconds(20), "\(how)")
    let failure = try #require(snapshot.nodes.failure, "\(how)")
    #expect(codes.contains(failure.code), "\(how): \(failure)")
    #expect(failure.message.utf8.count < 2000)
    #expect(snapshot.flux.value?.isEmpty == false, "\(how)")
    #expect(snapshot.imagePolicies.value?.isEmpty == false, "\(how)")
    #expect(snapshot.failedFluxKinds.isEmpty, "\(how)")
    // The fault has no lasting effect.
    cluster.apply(.answersRight)
    guard how != .status(429) else { return }
    #expect(try await client.pollOnDedicatedThread().get().nodes.value?.count == 3, "\(how)")
  }

  @Test(arguments: [
    ResponseFault.hugeBody(200_000_000), .endlessHeaders, .slow(milliseconds: 1000), .hangs,
    .deepNesting(10_000), .redirect("https://127.0.0.1:1/"), .html, .truncatedJSON, .shortBody, .truncatedTLS,
    .closes, .invalidUTF8,
  ]) func aPollFailsIfEveryResponseIsFaulty(how: ResponseFault) async throws {
    cluster.apply(.answersWrong(how, on: "/"))
    let start = ContinuousClock.now
    guard case .failure(let failure) = await client.pollOnDedicatedThread(timeout: .seconds(2)) else {
      Issue.record("the poll did not fail: \(how)")
      return
    }
    #expect([.badResponse, .timeout, .unreachable].contains(failure.code), "\(how): \(failure)")
    #expect(ContinuousClock.now - start < .seconds(20), "\(how)")
  }

  @Test func endlessHTTP2ResponsesEndAtTheLimit() async throws {
    let cluster = try DemoCluster.start(certificates: cluster.certificates)
    defer { cluster.stop() }
    try cluster.writeKubeconfig(to: "\(folder.path)/http2")
    let client = ClusterClient(
      kubeconfig: try Kubernetes.Kubeconfig.load(path: "\(folder.path)/http2"),
      dial: .tcp(host: "127.0.0.1", port: UInt16(cluster.port)))
    cluster.apply(.answersWrong(.endlessHeaders, on: "/api/v1/nodes"))
    let failure =
      switch await client.pollOnDedicatedThread(timeout: .seconds(4)) {
      case .success(let snapshot): try #require(snapshot.nodes.failure)
      case .failure(let failure): failure
      }
    #expect([.badResponse, .timeout, .unreachable].contains(failure.code), "\(failure)")
    client.cancel()
  }

  @Test func wrongTypesAreUndecodableEntries() async throws {
    cluster.apply(.answersWrong(.wrongTypes, on: "/"))
    let snapshot = try await client.pollOnDedicatedThread().get()
    #expect(snapshot.nodes.value?.map(\.name) == ["calypso", "srv712695"])
    #expect(snapshot.undecodable.contains { $0.description.hasPrefix("Node srv712429: ") })
    #expect(snapshot.undecodable.count <= PollLimits().undecodable)
    #expect(snapshot.version == nil)
  }

  @Test func aRedirectIsNeverFollowed() async throws {
    let other = try DemoCluster.start(certificates: cluster.certificates)
    defer { other.stop() }
    cluster.apply(.answersWrong(.redirect("https://127.0.0.1:\(other.port)/api/v1/nodes"), on: "/"))
    guard case .failure = await client.pollOnDedicatedThread() else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(other.requests.isEmpty)
  }
}
