import GuardTypes
import TestSupport
import Testing

@testable import Tunnel

/// The order of hops, as the real `ssh -G` resolves them.
@Suite(.enabled(if: program("ssh") != nil, "no ssh here: apt-get install openssh-client"))
struct JumpChainTests {
  private func chain(_ config: String, host: String = "inner", user: String? = nil) async throws
    -> [Resolution]
  {
    let folder = try TemporaryFolder()
    try folder.write(config, to: "config")
    let configuration = TunnelConfiguration(
      host: host, user: user, identityFiles: ["/own/key"], sshConfig: folder.file("config"), forwards: [])
    return try Resolution.ask(
      configuration, environment: LocalEnvironment(home: "/home/ann", localUser: "ann", agentSocket: nil))
  }

  @Test func theChainOfADirectHostContainsOnlyThatHost() async throws {
    let chain = try await chain("Host inner\n  HostName 192.0.2.1\n")
    #expect(chain.map(\.hostName) == ["192.0.2.1"])
  }

  @Test func hopsComeInOrderAndTheHostLast() async throws {
    let chain = try await chain(
      """
      Host inner
        HostName 192.0.2.1
        ProxyJump ann@outer:2200,middle
      Host middle
        HostName 192.0.2.2
        User bob
        IdentityFile /keys/middle
        ProxyJump nowhere
      Host outer
        HostName 192.0.2.3
        User eve
        Port 99
      Host *
        User carl
      """, user: "root")
    #expect(chain.map(\.hostName) == ["192.0.2.3", "192.0.2.2", "192.0.2.1"])
    #expect(chain.map(\.user) == ["ann", "bob", "root"])
    #expect(chain.map(\.port) == [2200, 22, 22])
    #expect(chain[1].identityFiles == ["/keys/middle"])
    #expect(chain[2].identityFiles == ["/own/key"])
    #expect(chain.allSatisfy { $0.proxyJump.isEmpty && $0.proxyCommand == nil })
  }

  @Test func theFirstHopUsesItsOwnRoute() async throws {
    let chain = try await chain(
      """
      Host inner
        ProxyJump a,b
      Host a
        ProxyJump c
      Host b
        ProxyCommand never %h
      Host c
        ProxyCommand nc %h %p
      """)
    #expect(chain.map(\.hostName) == ["c", "a", "b", "inner"])
    #expect(chain.map(\.proxyCommand) == ["exec nc c 22", nil, nil, nil])
  }

  /// ssh(1) detects the first loop itself, but not the second.
  @Test(arguments: [
    "Host *\n  ProxyJump gate\n", "Host inner\n  ProxyJump a\nHost a\n  ProxyJump b\nHost b\n  ProxyJump a\n",
  ])
  func aLoopIsRefused(_ config: String) async {
    let error = await #expect(throws: TunnelFailure.self) { try await chain(config) }
    #expect(error?.code == .config)
    #expect(error?.message.contains("loop") == true)
  }

  @Test func moreThanEightHopsAreRefused() async throws {
    let hops = (1...8).map { "h\($0)" }.joined(separator: ",")
    #expect(try await chain("Host inner\n  ProxyJump \(hops)\n").count == 9)
    let error = await #expect(throws: TunnelFailure.self) {
      try await chain("Host inner\n  ProxyJump \(hops),h9\n")
    }
    #expect(error?.message.contains("more than 8 hops") == true)
  }
}
