import Platform
import SSH
import Testing

@testable import Tunnel

@Suite struct LinkTests {
  /// Else a server that asks, and reads no answers, has them pile up here.
  @Test func takesNothingInWhileTheAnswersWait() throws {
    let loop = try Loop()
    let (near, far) = try StreamSocket.pair()
    let peer = Socket(Descriptor(owning: far))
    let link = try Link(
      socket: Socket(Descriptor(owning: near)), peer: HostPort(host: "192.0.2.1", port: 22), proxy: nil,
      hostKeyTypes: [], algorithms: .all, loop: loop, now: .now)
    _ = ([1] as [UInt8]).withUnsafeBytes { peer.descriptor.send($0) }
    #expect(link.takeIn(now: .now))
    _ = ([2] as [UInt8]).withUnsafeBytes { peer.descriptor.send($0) }
    let answers = [UInt8](repeating: 0, count: 4 << 20)
    answers.withUnsafeBytes { link.session.wire.outbound.append($0) }
    _ = loop.wait(until: .now)
    #expect(!link.takeIn(now: .now))
    #expect(link.session.wire.inbound.count == 1)
    link.session.wire.outbound.consume(answers.count)
    #expect(link.takeIn(now: .now))
    #expect(link.session.wire.inbound.count == 2)
  }
}
