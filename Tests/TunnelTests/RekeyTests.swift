import Glibc
import GuardTypes
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Tunnel

/// A server that repeats the key exchange all the time. Data that waits for the exchange must be sent unchanged
/// afterwards.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .blocking, .timeLimit(.minutes(5))
)
struct RekeyTests {
  /// Windows are adjusted during key exchanges. If libssh2 counted another amount than it sent, it would drop later
  /// data.
  @Test func aSlowReaderReceivesEverything() throws {
    let size = (isInstrumented ? 16 : 96) << 20
    let server = try SSHServer(options: ["RekeyLimit 1M"])
    let source = try TCPServer(.flood(size))
    let fixture = try Fixture(server, target: source.port)
    #expect(fixture.waitUntil(.up))
    let stream = try fixture.connect()
    var seen = 0
    while let bytes = try? stream.receive(atMost: 256 << 10), !bytes.isEmpty {
      seen += bytes.count
      // Reading is slower than the path, because otherwise the window is never exhausted.
      usleep(20_000)
    }
    #expect(seen == size)
  }

  @Test func sentDataArrives() throws {
    let size = 8 << 20
    let server = try SSHServer(options: ["RekeyLimit 1M"])
    let sink = try TCPServer(.discard)
    let fixture = try Fixture(server, target: sink.port)
    #expect(fixture.waitUntil(.up))
    let stream = try fixture.connect()
    let part = (0..<65_536).map(TCPServer.pattern)
    for _ in 0..<size / part.count { try stream.send(part) }
    stream.finishSending()
    #expect(String(decoding: try stream.receiveAll(), as: UTF8.self) == "\(size)\n")
  }
}
