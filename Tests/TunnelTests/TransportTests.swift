import Platform
import SSH
import Testing

@testable import Tunnel

@Suite struct TransportTests {
  /// Otherwise a server that sends requests and does not read the answers could fill the memory.
  @Test func receivesNothingWhileTooManyAnswersWait() throws {
    let loop = try Loop()
    let (near, far) = try StreamSocket.pair()
    let peer = Socket(Descriptor(owning: far))
    let transport = try Transport(
      socket: Socket(Descriptor(owning: near)), peer: HostPort(host: "192.0.2.1", port: 22), proxy: nil,
      hostKeyTypes: [], algorithms: .all, loop: loop, now: .now)
    _ = ([1] as [UInt8]).withUnsafeBytes { peer.descriptor.send($0) }
    #expect(transport.receive(now: .now))
    _ = ([2] as [UInt8]).withUnsafeBytes { peer.descriptor.send($0) }
    let answers = [UInt8](repeating: 0, count: 4 << 20)
    answers.withUnsafeBytes { transport.session.wire.outbound.append($0) }
    _ = loop.wait(until: .now)
    #expect(!transport.receive(now: .now))
    #expect(transport.session.wire.inbound.count == 1)
    transport.session.wire.outbound.consume(answers.count)
    #expect(transport.receive(now: .now))
    #expect(transport.session.wire.inbound.count == 2)
  }
}
