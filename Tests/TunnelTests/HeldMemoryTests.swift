import Platform
import SSH
import TestSupport
import Testing

@testable import Tunnel

/// A session is ended if libssh2 holds too much memory. The memory of a normal session must not grow towards that limit
/// over time.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct HeldMemoryTests {
  @Test func aNormalSessionHoldsNoMoreMemoryAfterManyConnections() async throws {
    let source = try TCPServer(.source(100_000))
    let server = try SSHServer()
    let configuration = TunnelConfiguration(host: "tethys", sshConfig: server.sshConfig, forwards: [])
    let route = try await Route.resolved(configuration, limit: .seconds(10))
    let loop = try Loop()
    let terms = SessionChain.Terms(
      configuration: configuration, budget: WindowBudget(64 << 20), observer: IgnoringObserver(), checked: [])
    let chain = try SessionChain(route, terms: terms, load: SessionLoad(), loop: loop, now: .now)
    let end = MonotonicTime.now + .seconds(60)

    func turn(until isDone: () -> Bool) throws {
      var hasWork = true
      while !isDone() {
        try #require(MonotonicTime.now < end)
        _ = loop.wait(until: hasWork ? .now : .now + .milliseconds(2))
        hasWork = try chain.turn(.now)
      }
    }

    try turn { chain.relay != nil }
    let relay = try #require(chain.relay)
    var held: [Int] = []
    for number in 1...120 {
      let (inner, outer) = try StreamSocket.pair()
      let client = Socket(Descriptor(owning: outer))
      relay.serve(
        Client(
          number: UInt32(number), socket: Socket(Descriptor(owning: inner)),
          origin: HostPort(host: "127.0.0.1", port: 0), target: .local(source.port), deadline: end))
      // Half of the clients leave in the middle of a transfer.
      let enough = number % 2 == 0 ? 100_000 : 1
      var count = 0
      try turn {
        if case .moved(let more) = client.descriptor.read(into: loop.scratch) { count += more }
        return count >= enough
      }
      if number % 60 == 0 {
        withExtendedLifetime(client) {}
        held.append(relay.transport.session.held)
      }
    }
    // Channels of interrupted clients are closed in later turns.
    #expect(held[1] < held[0] + 64 << 10, "\(held)")
    #expect(held[1] < 1 << 20, "\(held)")
  }

  private struct IgnoringObserver: RelayObserver {
    func reached(_ target: StreamAddress) {}
    func missed(_ target: StreamAddress, reason: String, by server: ServerProgram) {}
    func refused(_ client: Client, reason: String, _ end: ConnectionEnd) {}
  }
}
