import GuardTypes
import Platform
import TestSupport
import Testing

@testable import Tunnel

/// The address race with real sockets on loopback.
@Suite(.serialized, .blocking, .timeLimit(.minutes(10)))
struct DialerTests {
  private static func resolution(_ extra: String = "") throws -> Resolution {
    try SSHConfiguration(output: "user ops\nhostname tethys\nport 22\n\(extra)").resolve(
      TunnelConfiguration(host: "tethys", forwards: []),
      environment: LocalEnvironment(home: "/nonexistent", localUser: "nobody", agentSocket: nil))
  }

  private static func address(_ port: Int, host: String = "127.0.0.1") throws -> SocketAddress {
    try #require(SocketAddress(numericHost: host, port: UInt16(port)))
  }

  /// Runs a loop until an address has answered or all have failed.
  ///
  /// - Parameter time: returns the time that the dialer sees. If it stands still, no head start ends.
  private static func dial(
    _ addresses: [SocketAddress], from sources: [SocketAddress] = [], _ extra: String = "",
    time: () -> MonotonicTime = { .now }
  ) throws -> (socket: Socket, peer: SocketAddress) {
    let loop = try Loop()
    let dialer = try Dialer(
      to: addresses, from: sources, try resolution(extra), userTimeout: .seconds(5), loop: loop, now: time())
    while true {
      if let found = try dialer.step(now: time()) { return found }
      _ = loop.wait(until: dialer.deadline)
    }
  }

  private static func failure(
    _ addresses: [SocketAddress], from sources: [SocketAddress] = [], _ extra: String = ""
  ) throws -> TunnelFailure {
    try #require(throws: TunnelFailure.self) { _ = try dial(addresses, from: sources, extra) }
  }

  @Test func aSilentFirstAddressDelaysByItsHeadStart() throws {
    let hole = try BlackHole()
    let echo = try TCPServer(.echo)
    let start = ContinuousClock.now
    let (socket, peer) = try Self.dial([Self.address(hole.port), Self.address(echo.port)])
    #expect(peer.port == UInt16(echo.port))
    #expect(ContinuousClock.now - start >= .milliseconds(250))
    let deadline = MonotonicTime.now + .seconds(10)
    #expect(([1, 2] as [UInt8]).withUnsafeBytes { socket.descriptor.sendAll($0, until: deadline) })
    #expect(socket.descriptor.receive(2, until: deadline) == [1, 2])
    #expect(PathQuality(of: socket.descriptor) != nil)
  }

  @Test func aRefusedFirstAddressCausesNoDelay() throws {
    let echo = try TCPServer(.echo)
    let start = MonotonicTime.now
    let (_, peer) = try Self.dial([Self.address(freePort()), Self.address(echo.port)], time: { start })
    #expect(peer.port == UInt16(echo.port))
  }

  @Test func allRefusalsAreListed() throws {
    let (one, two) = (try freePort(), try freePort())
    let failure = try Self.failure([Self.address(one), Self.address(two, host: "127.0.0.3")])
    #expect(failure.code == .connectRefused)
    #expect(
      failure.message == "127.0.0.1:\(one): Connection refused; 127.0.0.3:\(two): Connection refused")
    #expect(failure.remedy.contains("listens on port 22"))
  }

  @Test func silenceEndsWithConnectTimeout() throws {
    let hole = try BlackHole()
    let closed = try freePort()
    let failure = try Self.failure([Self.address(closed), Self.address(hole.port)], "connecttimeout 1")
    #expect(failure.code == .connectTimeout)
    #expect(
      failure.message
        == "127.0.0.1:\(closed): Connection refused; 127.0.0.1:\(hole.port): no answer within 1 s")
    #expect(failure.remedy.hasPrefix("ping -c 3 127.0.0.1"))
  }

  @Test func theMessageForManyAddressesIsShort() throws {
    let port = try freePort()
    let failure = try Self.failure((1...200).map { try Self.address(port, host: "127.0.1.\($0)") })
    #expect(failure.message.hasSuffix("; and 192 more"))
  }

  @Test func bindAddressIsTheSourceAddress() throws {
    let echo = try TCPServer(.echo)
    let (socket, _) = try Self.dial(
      [Self.address(echo.port)], from: [Self.address(0, host: "127.0.0.9")], "bindaddress 127.0.0.9")
    #expect(SocketAddress(boundTo: socket.descriptor)?.host == "127.0.0.9")
  }

  /// 192.0.2.0/24 is reserved for documentation (RFC 5737).
  @Test func aSourceAddressOfAnotherMachineIsReported() throws {
    let failure = try Self.failure(
      [Self.address(1)], from: [Self.address(0, host: "192.0.2.9")], "bindaddress 192.0.2.9")
    #expect(failure.code == .config)
    #expect(failure.message.hasPrefix("BindAddress 192.0.2.9 of tethys can't be connected from: "))
  }

  @Test func aBindAddressOfAnotherFamilyIsReported() throws {
    let failure = try Self.failure(
      [Self.address(1)], from: [Self.address(0, host: "::1")], "bindaddress ::1")
    #expect(failure.code == .config)
    #expect(failure.message == "BindAddress ::1 of tethys is of another family than 127.0.0.1:1")
  }
}
