import Glibc
import Platform
import Testing

@Suite struct SocketTests {
  @Test(arguments: [
    ("127.0.0.1", 80 as UInt16, "127.0.0.1:80"), ("::1", 16443, "[::1]:16443"),
  ])
  func printsNumericAddresses(_ host: String, _ port: UInt16, _ text: String) {
    let address = SocketAddress(numericHost: host, port: port)
    #expect(address?.description == text)
    #expect(address?.host == host)
    #expect(address?.port == port)
  }

  @Test(arguments: ["localhost", "tethys", "", "127.0.0.1.5", "1.2.3.4:5"])
  func aNameIsNotANumericAddress(_ host: String) {
    #expect(SocketAddress(numericHost: host, port: 1) == nil)
  }

  @Test(arguments: [("127.0.0.1", true), ("127.9.9.9", true), ("192.0.2.7", false), ("2001:db8::7", false)])
  func recognizesLocalAddresses(_ host: String, _ isOwn: Bool) {
    #expect(LocalAddress.includes(host) == isOwn)
  }

  @Test func recognizesItsNetworkAddress() throws {
    // connect(2) on a datagram socket only selects the local address; nothing is sent.
    let socket = Descriptor(owning: socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0))
    var far = sockaddr_in()
    far.sin_family = sa_family_t(AF_INET)
    far.sin_port = UInt16(9).bigEndian
    far.sin_addr.s_addr = inet_addr("192.0.2.7")
    let isConnected = withUnsafePointer(to: &far) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket.raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    // A machine without a route has no such address.
    guard isConnected else { return }
    let host = try #require(SocketAddress(boundTo: socket)?.host)
    #expect(LocalAddress.includes(host), "\(host)")
  }

  @Test func findsTheHolderOfAPort() throws {
    let address = try #require(SocketAddress(numericHost: "127.0.0.1", port: 0))
    let listener = try StreamSocket.listen(on: address)
    guard let bound = SocketAddress(boundTo: listener) else {
      Issue.record("getsockname failed")
      return
    }
    #expect(PortListener.find(port: bound.port)?.hasSuffix("(pid \(getpid()))") == true)
    #expect(throws: SystemError("bind", code: EADDRINUSE)) { _ = try StreamSocket.listen(on: bound) }
  }

  /// A listener on one loopback address does not hold the same port of another one.
  @Test(arguments: [
    ("127.0.0.2", "127.0.0.1", false), ("::1", "127.0.0.1", false), ("127.0.0.1", "::1", false),
    ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "localhost", true), ("::1", "::1", true),
    ("::ffff:127.0.0.1", "127.0.0.1", true),
    ("0.0.0.0", "127.0.0.1", true), ("0.0.0.0", "::1", false), ("::", "127.0.0.1", true), ("::", "::1", true),
    ("127.0.0.2", "0.0.0.0", true),
  ]) func listenerOfAnotherAddressDoesNotCount(_ listens: String, _ wanted: String, _ isHolder: Bool) throws {
    let address = try #require(SocketAddress(numericHost: listens, port: 0))
    let listener = try StreamSocket.listen(on: address)
    guard let bound = SocketAddress(boundTo: listener) else {
      Issue.record("getsockname failed")
      return
    }
    #expect(PortListener.isListening(port: bound.port, host: wanted) == isHolder)
    #expect((PortListener.find(port: bound.port, host: wanted) != nil) == isHolder)
    #expect((PortListener.user(port: bound.port, host: wanted) != nil) == isHolder)
    withExtendedLifetime(listener) {}
  }

  @Test func anAbstractSocketReportsItsPeer() throws {
    let name = "oceanid-test-\(UInt64.random(in: 0 ... .max))"
    let address = try #require(SocketAddress(abstractName: name))
    let listener = try StreamSocket.listen(on: address)
    let client = try StreamSocket.connect(to: address, userTimeout: .seconds(1))
    let accepted = try #require(try StreamSocket.accept(from: listener))
    let server = Descriptor(owning: accepted.0)
    #expect(PeerCredentials(ofSocket: server.raw)?.pid == getpid())
    #expect(PeerCredentials(ofSocket: server.raw)?.uid == getuid())
    #expect(client.raw >= 0)
  }

  @Test func aMailboxDeliversInOrder() throws {
    let mailbox = try Mailbox<Int>()
    let thread = try JoinableThread(name: "poster") { for number in 0..<1000 { mailbox.post(number) } }
    #expect(thread.join(timeout: .seconds(30)))
    #expect(mailbox.collect() == Array(0..<1000))
    #expect(mailbox.collect() == [])
  }
}
