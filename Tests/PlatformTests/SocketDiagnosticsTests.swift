import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite(.serialized) struct SocketDiagnosticsTests {
  /// A listening socket and a connection to it, created as a given user.
  private struct Pair {
    let listener: Socket
    let accepted: Socket
    private(set) var client: Socket?

    /// - Parameter uid: the file system user id that the sockets get (setfsuid(2)); it applies to the thread only.
    init(listen: String, connect: String, as uid: UInt32? = nil) throws {
      let listening = try StreamSocket.listen(on: #require(SocketAddress(numericHost: listen, port: 0)))
      let port = try #require(SocketAddress(boundTo: listening)?.port)
      let address = try #require(SocketAddress(numericHost: connect, port: port))
      let client = try OtherUser.acting(as: uid ?? geteuid()) {
        Socket(try StreamSocket.connect(to: address, userTimeout: .seconds(5)))
      }
      var raw: Int32?
      try #require(
        eventually {
          raw = try? StreamSocket.accept(from: listening)?.0; return raw != nil
        })
      self.listener = Socket(listening)
      self.accepted = Socket(Descriptor(owning: try #require(raw)))
      self.client = client
    }

    mutating func closeClient() { client = nil }
  }

  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::", "::1"), ("::", "127.0.0.1"), ("0.0.0.0", "127.0.0.2"),
  ])
  func findsTheUserOfALocalPeer(_ listen: String, _ connect: String) throws {
    let pair = try Pair(listen: listen, connect: connect)
    let diagnostics = try SocketDiagnostics()
    #expect(diagnostics.peer(of: pair.accepted.descriptor) == .user(geteuid()))
    withExtendedLifetime(pair) {}
  }

  @Test(.enabled(if: OtherUser.isPossible, Comment(rawValue: OtherUser.reason)))
  func findsAnotherUser() throws {
    let pair = try Pair(listen: "127.0.0.1", connect: "127.0.0.1", as: 4711)
    let own = try Pair(listen: "127.0.0.1", connect: "127.0.0.1")
    let diagnostics = try SocketDiagnostics()
    for _ in 0..<3 {
      #expect(diagnostics.peer(of: pair.accepted.descriptor) == .user(4711))
      #expect(diagnostics.peer(of: own.accepted.descriptor) == .user(0))
    }
    withExtendedLifetime((pair, own)) {}
  }

  @Test func aClosedPeerHasNoOwner() throws {
    var pair = try Pair(listen: "127.0.0.1", connect: "127.0.0.1")
    pair.closeClient()
    let diagnostics = try SocketDiagnostics()
    #expect(diagnostics.peer(of: pair.accepted.descriptor) == .closed)
  }

  @Test func aUnixSocketHasNoOwner() throws {
    let ends = try StreamSocket.pair()
    let (near, far) = (Socket(Descriptor(owning: ends.0)), Socket(Descriptor(owning: ends.1)))
    #expect(try SocketDiagnostics().peer(of: near.descriptor) == .unknown)
    withExtendedLifetime(far) {}
  }

  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1", true), ("127.8.9.10", "127.8.9.10", true), ("::1", "0:0:0:0::/64", true),
    ("::ffff:127.0.0.1", "127.0.0.1", true), ("192.0.2.7", "192.0.2.7", false),
    ("::ffff:192.0.2.7", "192.0.2.7", false), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", false),
  ])
  func distinguishesNetworks(_ host: String, _ network: String, _ isLoopback: Bool) throws {
    let address = try #require(SocketAddress(numericHost: host, port: 1))
    #expect(address.network == network)
    #expect(address.isLoopback == isLoopback)
  }

  @Test func userNamesComeFromPasswd() {
    let passwd =
      "root:x:0:0::/root:/bin/sh\nbroken\n:x:7::\nalice:x:1001:1001:Alice,,,:/home/alice:/bin/bash\n"
    #expect(UserAccount.described(1001, passwd: passwd) == "alice (uid 1001)")
    #expect(UserAccount.described(0, passwd: passwd) == "root (uid 0)")
    #expect(UserAccount.described(7, passwd: passwd) == "uid 7")
    #expect(UserAccount.described(1002, passwd: passwd) == "uid 1002")
  }
}
