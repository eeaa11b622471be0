import Foundation
import GuardTypes
import Platform
import TestSupport
import Testing

@testable import Tunnel

/// A path that cuts or corrupts the data of a real sshd, at each byte up to the first answer of a target.
///
/// Testing every byte takes minutes, so a run tests evenly spaced bytes from a random offset, and a failure names the byte. If
/// OCEANID_TEST_LONG=1 is set, as `Tests/run --long` does, every byte is tested.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(15)))
struct TamperingTests {
  static let isLong = ProcessInfo.processInfo.environment["OCEANID_TEST_LONG"] == "1"
  /// The number of positions in a sample.
  private static let sample = isInstrumented ? 8 : 25

  /// The server, the proxy, and a resolved route, so that `ssh -G` does not run for each position.
  private struct Scene {
    let echo: TCPServer
    let server: SSHServer
    let proxy: TamperingProxy
    let route: Route
    let configuration: TunnelConfiguration

    /// - Parameter timeLimit: the time limit for a login, and for silence after it.
    init(timeLimit: Duration = .seconds(10)) async throws {
      echo = try TCPServer(.echo)
      server = try SSHServer()
      proxy = try TamperingProxy(to: server.port)
      configuration = TunnelConfiguration(
        host: "tethys", sshConfig: server.sshConfig,
        forwards: [.init(listen: .local(0), target: .local(echo.port))],
        keepaliveInterval: timeLimit / 2, keepaliveTimeout: timeLimit)
      route = try await Route.resolved(configuration, port: proxy.port, limit: timeLimit)
    }

    /// Connects, logs in, opens a channel and echoes a byte; nil if all of that succeeds.
    func cross() throws -> TunnelFailure? {
      let crossing = try Crossing(.local(echo.port), says: [7])
      switch try crossing.run(route, configuration, within: .seconds(30), until: { $0.answer == [7] }) {
      case .arrived: return nil
      case .failed(let failure): return failure
      case .closed: return TunnelFailure(.config, "closed: \(crossing.refusal ?? "")", remedy: "")
      case .nothing: return TunnelFailure(.config, "neither an answer nor a failure within 30 s", remedy: "")
      }
    }
  }

  enum Kind: CaseIterable { case end, reset, flip }

  @Test(arguments: Kind.allCases)
  func truncatedOrCorruptedStreamsAreHandledAtEveryByte(_ kind: Kind) async throws {
    // A flipped bit in a length makes the session wait for bytes that never arrive.
    let scene = try await Scene(timeLimit: kind == .flip ? .seconds(1) : .seconds(10))
    try #require(eventually { try scene.cross() == nil })
    let length = scene.proxy.fromServer.count
    try #require(length > 1000)
    let stride = Self.isLong ? 1 : max(1, length / Self.sample)
    let offset = Int.random(in: 0..<stride)
    for position in Swift.stride(from: offset, to: length, by: stride) {
      let bit = Int.random(in: 0..<8)
      switch kind {
      case .end: scene.proxy.set(.end(at: position))
      case .reset: scene.proxy.set(.reset(at: position))
      case .flip: scene.proxy.set(.flip(at: position, bit: bit))
      }
      let failure = try scene.cross()
      // Without the last bytes, everything may succeed. A failure must be temporary, because no operator could fix it.
      if let failure {
        let expected: Set<TunnelErrorCode> =
          kind == .flip
          ? [.protocolError, .peerClosed, .connectTimeout, .keepaliveTimeout] : [.peerClosed]
        #expect(expected.contains(failure.code), "byte \(position) of \(length), bit \(bit): \(failure)")
      }
    }
    scene.proxy.set(.none)
    #expect(try eventually { try scene.cross() == nil })
    #expect(eventually { scene.proxy.openConnections == 0 }, "connections are left open")
  }

  /// libssh2 asserts that an encrypted length fits the cipher before it verifies the MAC. That assertion would abort
  /// the process.
  @Test(arguments: 0..<4) func aFlippedBitInAnEncryptedLengthIsAProtocolError(_ bit: Int) async throws {
    let scene = try await Scene()
    #expect(try scene.cross() == nil)
    let start = try #require(Self.firstEncrypted(scene.proxy.fromServer))
    scene.proxy.set(.flip(at: start + 3, bit: bit))
    let failure = try #require(try scene.cross())
    #expect(failure.code == .protocolError)
    #expect(failure.message.contains("not a whole number of cipher blocks"), "\(failure)")
  }

  /// The start of the first packet after SSH_MSG_NEWKEYS (RFC 4253 §4.2, §6, §7.3).
  private static func firstEncrypted(_ bytes: [UInt8]) -> Int? {
    guard var start = bytes.firstIndex(of: UInt8(ascii: "\n")).map({ $0 + 1 }) else { return nil }
    while start + 6 <= bytes.count {
      let isLast = bytes[start + 5] == 21
      start += 4 + bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      if isLast { return start }
    }
    return nil
  }

  /// The server stops before the banner, during the key exchange, or when it answers the login.
  @Test func unresponsiveServerTimesOut() async throws {
    let scene = try await Scene(timeLimit: .seconds(1))
    try #require(eventually { try scene.cross() == nil })
    let length = scene.proxy.fromServer.count
    for position in [0, 20, length / 3, length * 2 / 3] {
      scene.proxy.set(.silence(from: position))
      let began = MonotonicTime.now
      let failure = try scene.cross()
      #expect(
        failure?.code == .connectTimeout, "byte \(position) of \(length): \(failure?.description ?? "up")")
      #expect(MonotonicTime.now - began < .seconds(15))
    }
  }

  @Test func theTunnelComesUpWhenThePathWorksAgain() throws {
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let proxy = try TamperingProxy(to: server.port)
    try server.folder.write(
      "[127.0.0.1]:\(proxy.port) " + server.folder.read("host_key.pub"), to: "proxied_hosts")
    proxy.set(.flip(at: 100, bit: 3))
    let fixture = try Fixture(
      server,
      TunnelConfiguration(
        host: "tethys", port: UInt16(proxy.port), knownHostsFiles: [server.folder.file("proxied_hosts")],
        sshConfig: server.sshConfig, forwards: [.init(listen: .local(0), target: .local(echo.port))],
        backoffInitial: .milliseconds(10), backoffMax: .milliseconds(20)))
    let faults: [TamperingProxy.Tampering] = [
      .end(at: 0), .reset(at: 30), .end(at: 1500), .flip(at: 1300, bit: 0), .reset(at: 1700),
      .flip(at: 1900, bit: 7),
    ]
    for tampering in faults {
      proxy.set(tampering)
      let seen = proxy.acceptedConnections
      // The first of these connections may have begun earlier.
      try #require(eventually(within: .seconds(20)) { proxy.acceptedConnections >= seen + 2 })
      #expect(fixture.tunnel.status.state != .blocked, "\(fixture.tunnel.status)")
    }
    proxy.set(.none)
    try #require(fixture.waitUntil(.up), "\(fixture.tunnel.status)")
    let client = try fixture.connect()
    try client.send([1, 2, 3])
    #expect(try client.receive(exactly: 3) == [1, 2, 3])
    #expect(eventually { proxy.openConnections == 1 }, "connections are left open")
  }
}
