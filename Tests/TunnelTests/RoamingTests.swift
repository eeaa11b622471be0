import Dispatch
import GuardTypes
import Platform
import TestSupport
import Testing

@testable import Tunnel

/// The machine changes its address, in network namespaces with a real sshd.
@Suite(
  .enabled(
    if: NetworkNamespaces.isAvailable && SSHServer.isAvailable, Comment(rawValue: NetworkNamespaces.reason)),
  .serialized, .blocking, .timeLimit(.minutes(5)))
struct RoamingTests {
  private let network: NetworkNamespaces
  private let server: SSHServer
  private let echo: TCPServer
  private let fixture: Fixture
  private let changes: NetworkChangeSource

  init() throws {
    let network = try NetworkNamespaces()
    try network.ip(.near, "address add 198.18.0.2/16 dev near0")
    let server = try SSHServer.inside(network)
    let echo = try network.inside(.far) { try TCPServer(.echo) }
    let configuration = TunnelConfiguration(
      host: "tethys", sshConfig: try server.writeNetworkConfig(),
      forwards: [.init(listen: .local(0), target: .local(echo.port))],
      keepaliveInterval: .seconds(20), keepaliveTimeout: .seconds(60))
    let fixture = try network.inside(.near) { Kept(try Fixture(server, configuration)) }.value
    let tunnel = fixture.tunnel
    changes = try network.inside(.near) {
      Kept(
        try NetworkChangeSource(on: DispatchQueue(label: "network")) { change in
          switch change {
          case .pathAdded: tunnel.handle(.networkChanged)
          case .addressRemoved: tunnel.handle(.addressRemoved)
          }
        })
    }.value
    (self.network, self.server, self.echo, self.fixture) = (network, server, echo, fixture)
    try #require(fixture.waitUntil(.up))
  }

  /// A value that is made on a thread of a namespace and used on the test's thread afterwards.
  private struct Kept<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  private func exchange() throws -> Bool {
    let port = fixture.port
    return try network.inside(.near) {
      let socket = try LoopbackSocket(port: port, timeout: .seconds(20))
      try socket.send([7])
      return try socket.receive() == [7]
    }
  }

  /// Without the kernel's message, the session would be found dead after keepalive.timeout, a minute later.
  @Test func theSessionOfARemovedAddressIsReplacedAtOnce() throws {
    #expect(try exchange())
    let start = ContinuousClock.now
    try network.ip(.near, "address del 198.18.0.2/16 dev near0")
    try network.ip(.near, "address add 198.18.0.3/16 dev near0")
    #expect(eventually { (try? exchange()) == true })
    // Tests/Benchmarks measures how long it takes. Here other tests use the processors, too.
    #expect(ContinuousClock.now - start < .seconds(15) * slowness)
    #expect(fixture.tunnel.status.reconnects == 1)
    let failures = fixture.recorder.all.compactMap {
      if case .changed(from: .up, to: _, let failure, _) = $0 { failure } else { nil }
    }
    #expect(failures.first?.message.contains("198.18.0.2, the address of this machine") == true)
  }

  @Test func theEndOfAnotherAddressAffectsNoSession() throws {
    try network.ip(.near, "address add 198.18.0.9/16 dev near0")
    try network.ip(.near, "address add 203.0.113.9/24 dev near0")
    let port = fixture.port
    let socket = try network.inside(.near) { try LoopbackSocket(port: port) }
    try network.ip(.near, "address del 198.18.0.9/16 dev near0")
    try network.ip(.near, "address del 203.0.113.9/24 dev near0")
    try socket.send([7])
    #expect(try socket.receive() == [7])
    #expect(fixture.tunnel.status.reconnects == 0)
    #expect(fixture.tunnel.status.state == .up)
  }

  @Test func aSessionSurvivesALinkThatWasDownForAMoment() throws {
    try network.ip(.near, "link set near0 down")
    try network.ip(.near, "link set near0 up")
    #expect(try exchange())
    #expect(fixture.tunnel.status.reconnects == 0)
  }
}
